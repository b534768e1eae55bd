import { BrowserRouter, Route, Routes } from 'react-router-dom';

import LoginRedirect from './LoginRedirect';
import Welcome from './Welcome';

export default function App() {
  return (
    <BrowserRouter>
      <Routes>
        <Route path="/connect/twitter/redirect" element={<LoginRedirect />} />
        <Route path="*" element={<Welcome />} />
      </Routes>
    </BrowserRouter>
  );
}
