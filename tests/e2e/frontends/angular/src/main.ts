import { Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { RouterOutlet, provideRouter } from '@angular/router';

import { LoginRedirect } from './app/login-redirect';
import { Welcome } from './app/welcome';

@Component({ selector: 'app-root', imports: [RouterOutlet], template: '<router-outlet />' })
class App {}

const routes = [
  { path: 'connect/twitter/redirect', component: LoginRedirect },
  { path: '**', component: Welcome },
];

bootstrapApplication(App, { providers: [provideRouter(routes)] });
