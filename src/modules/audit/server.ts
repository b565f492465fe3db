export { firstBrokenEvent, readEvents, recordEvent } from './store.ts';
