export { ADA, Browser, GRACE } from './browser.js';
export { freePort } from './free-port.js';
export { optionsFor, type Register, type Site, type SiteOptions, serve } from './site.js';
