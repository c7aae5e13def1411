// Asking the server to change something: POST with JSON, or with a file as it is.

import { parseJSON } from '../wire/decode.js';
import { ServerError } from './session.js';

/**
 * @param {string} url
 * @param {object|Blob} body  a Blob is sent as bytes
 * @returns {Promise<any>} the answer; rejects with the server's own words
 */
export async function post(url, body) {
  const file = body instanceof Blob;
  const answer = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': file ? 'application/octet-stream' : 'application/json' }, body: file ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) return parseJSON(text);
  let words = `${answer.status} ${answer.statusText}`;
  try {
    words = parseJSON(text).error || words;
  } catch {
    if (text) words = text.trim(); // the guard answers in plain text
  }
  throw new ServerError(answer.status, words);
}

/**
 * The list of recordings again.
 * @param {import('./store.js').Store} store
 */
export async function relist(store) {
  const answer = await fetch('/api/recordings');
  if (answer.ok) store.set({ recordings: parseJSON(await answer.text()).recordings });
}
