import { createApp } from 'vue';

import App from './App.vue';
import LoginRedirect from './LoginRedirect.vue';

const isReturning = window.location.pathname === '/connect/twitter/redirect';
createApp(isReturning ? LoginRedirect : App).mount('#app');
