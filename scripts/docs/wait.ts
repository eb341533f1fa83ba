/** Whose wait it is: the heading of its part of the page. */
export const PARTS = {
  run: 'The run',
  outage: 'Outages',
  local: 'The Chrome of this machine',
  grid: 'A Selenium Grid or another WebDriver server',
  docker: 'A grid in containers',
  check: 'Checks and sites',
  evidence: 'Evidence',
  extension: 'Extensions',
} as const;

/** A wait that a constant limits: its part, what is waited for, and what happens when the limit passes. */
export type Wait = readonly [part: keyof typeof PARTS, waitsFor: string, then: string];

export const SESSION_REPLACED = 'the session is replaced';
