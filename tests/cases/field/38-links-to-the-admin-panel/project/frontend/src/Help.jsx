export const Help = () => <a href="http://localhost:1337/admin/settings?tab=1">Settings</a>;
