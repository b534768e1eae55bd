import { Component, signal } from '@angular/core';

@Component({
  selector: 'app-welcome',
  template: `
    <h1>Corner Café</h1>
    <p>Log in to collect a stamp with every coffee.</p>
    <a href="/api/connect/twitter">Log in with X</a>
    <form (submit)="ask($event)"><button>Send</button>{{ answer() }}</form>
  `,
})
export class Welcome {
  answer = signal('');

  async ask(event: Event) {
    event.preventDefault();
    const body = JSON.stringify({ identifier: 'nobody@example.com', password: 'none' });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch('/api/auth/local', { method: 'POST', headers, body });
    this.answer.set((await response.json()).error.message);
  }
}
