/**
 * After how many sites a session is replaced although nothing is wrong with it.
 *
 * `wipe` leaves what only a new session takes away: HTTP auth, HSTS and connections that a server may know again; and
 * a Chrome that has been through many hostile pages grows. A session costs 0.4 to 1.8 s, so at 25 sites that is at
 * most 70 ms a site, less than half of the wipe itself: more sites in a session would save next to nothing.
 */
export const WORN_AFTER_SITES = 25;
