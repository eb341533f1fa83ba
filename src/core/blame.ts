/** Whom a verdict other than passed blames. */
export type Cause = 'check' | 'extension' | 'site' | 'browser' | 'grid' | 'runner';

/**
 * What gridrun does about an error: `refuse` the run before it starts (exit 2), `retry` the site on another session or
 * node, `report` it against the site or the run, `stop` because a person asked for it (exit 130), or treat it as a
 * `bug` in gridrun (exit 70).
 */
export type Answer = 'refuse' | 'retry' | 'report' | 'stop' | 'bug';
