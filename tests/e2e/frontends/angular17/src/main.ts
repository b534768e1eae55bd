import { Component, NgZone, ɵNoopNgZone } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

@Component({
  selector: "app-root",
  standalone: true,
  template: "<p>Log in to collect a stamp with every coffee.</p>",
})
class AppComponent {}

bootstrapApplication(AppComponent, { providers: [{ provide: NgZone, useClass: ɵNoopNgZone }] });
