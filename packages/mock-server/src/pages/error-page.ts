import { html } from 'hono/html';
import type { Page } from './layout.js';

/** Tells the user what is wrong, where no redirect may. */
export function errorPage(problem: string): Page {
  return {
    title: 'This does not work',
    body: html`<p role="alert">${problem}</p><p><a href="/">Home</a></p>`,
  };
}
