import { askEarly, askForMap } from './api/early.ts';
import './tokens.css';
import './styles/frame.css';
import './styles/kit.css';
import './styles/map.css';
import './styles/screens.css';
import './styles/access.css';
import './styles/audit.css';

// This file is small on purpose: it runs before the libraries have come, so that what the first picture waits for, code and
// data, is asked for at once and side by side.
void askEarly('/api/session');
void askEarly('/api/status');
if (location.pathname === '/map') {
  askForMap(new URLSearchParams(location.search).get('county')).catch(() => undefined);
  import('../modules/parcels/ui/MapScreen.tsx').catch(() => undefined);
}
const { startApp } = await import('./app.tsx');
startApp();
