/** Every reporter that `--reporter` knows. */
export const REPORTER_NAMES = ['list', 'line', 'dot', 'json', 'junit', 'html', 'github', 'ctrf'] as const;
