/** Every value of `--reporter`. */
export const REPORTER_NAMES = ['list', 'line', 'dot', 'json', 'junit', 'html', 'github', 'ctrf'] as const;
