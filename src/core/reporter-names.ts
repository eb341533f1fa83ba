/** Every reporter that `--reporter` knows. */
export const REPORTER_NAMES = ['list', 'line', 'dot', 'json', 'junit', 'github', 'ctrf', 'html'] as const;

export type ReporterName = (typeof REPORTER_NAMES)[number];
