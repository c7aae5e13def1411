// What the comparison has besides its two sides.

import { createCore } from '../state/store.js';

/** @typedef {import('../model/types.js').Finding} Finding */
/** @typedef {{kind:string, role:string, a_g:number, b_g:number, a_event:number, b_event:number, a_ns:number, b_ns:number, a_site:string, b_site:string, what:string}} Divergence */
/** @typedef {{name:string, label:string, unit:string, a:number, b:number, low:number|null, high:number|null, significant:boolean, p:number|null, worse:string}} Metric */
/** @typedef {{g:number, process:number, id:number, name:string, spawn:string}} Side */
/** @typedef {{o:number, kind:string, name:string, made:string}} Thing */
/** @typedef {{outcome:string, exit_code:number, wall_ns:number, findings:Finding[]}} Report */

/**
 * The answer of /api/compare, as far as the page looks at it.
 * @typedef {object} Result
 * @property {Report} a
 * @property {Report} b
 * @property {number} runs
 * @property {string} test
 * @property {Metric[]} metrics
 * @property {{a:number, b:number, paired:number, confidence:number, left_out:number, objects_left_out:number}} pairing
 * @property {{role:string, a:Side, b:Side, confidence:number, renamed:boolean}[]} pairs
 * @property {Side[]} only_a
 * @property {Side[]} only_b
 * @property {{kind:string, name:string, a:Thing|null, b:Thing|null, confidence:number, renamed:boolean}[]} objects
 * @property {Divergence[]} divergences
 * @property {number} divergences_left_out
 * @property {{only_a:Finding[], only_b:Finding[], both:Finding[]}} findings
 * @property {string[]} notes
 */

/**
 * @typedef {object} CompareValues
 * @property {[string, string]} ids
 * @property {Result|null} result
 * @property {string} error        why there is no result, "" if there is one or will be
 * @property {boolean} opened      both sides are there, at the places that the address names
 * @property {boolean} linked
 * @property {import('./address.js').Align} align
 * @property {import('./address.js').Scale} scale
 * @property {number} divergence   the current one, -1 for none
 * @property {0|1} active          the side that keys and the transport are for
 * @property {import('./address.js').Top} top
 * @property {boolean} folded      the upper part is closed
 * @property {boolean} details     the drawer with the selection is open
 */

/** @typedef {ReturnType<typeof createState>} State */

export function createState() {
  return createCore(/** @type {CompareValues} */ ({
    ids: ['', ''], result: null, error: '', opened: false, linked: true, align: 'start', scale: 'time', divergence: -1, active: 0, top: 'summary', folded: false, details: false,
  }));
}

/** @type {readonly ['A', 'B']} */
export const NAMES = Object.freeze(['A', 'B']);
