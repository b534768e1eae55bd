import { Injectable } from '@angular/core';

@Injectable({ providedIn: 'root' })
export class DataService {
  private apiUrl = 'http://localhost:1337/api';
}
