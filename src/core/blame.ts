/** Whom a verdict that is not passed blames. */
export type Cause = 'check' | 'extension' | 'site' | 'browser' | 'grid' | 'runner';

/**
 * What the scheduler should do about an error:
 * `refuse` the run before it starts (exit 2), `retry` on another session or node from the fault budget,
 * `report` it against the site, `stop` because a person asked for it (exit 130), or treat it as a `bug` of gridrun
 * (exit 70).
 */
export type Answer = 'refuse' | 'retry' | 'report' | 'stop' | 'bug';
