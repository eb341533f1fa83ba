/**
 * Why a session was closed: it tried its maximum of sites (`worn`), the next site must not have it (`dirty`), it no
 * longer works (`faulted`), no site waits for it (`done`), or the run was stopped (`stopped`).
 */
export type CloseReason = 'worn' | 'dirty' | 'faulted' | 'done' | 'stopped';
