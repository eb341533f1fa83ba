import { REPORTER_NAMES } from '../../core/reporter-names.ts';
import { SWITCH, list, oneOf, text } from '../kinds.ts';
import { setting } from '../setting.ts';

/** What to keep of a run, and what to print. */
export const RESULTS = {
  evidence: setting({
    flag: 'evidence',
    value: 'all|failures|none',
    kind: oneOf('all', 'failures', 'none'),
    describe: 'Checks to keep evidence for (screenshot, page, console, requests, extension log)',
    default: 'failures',
  }),
  trace: setting({
    flag: 'trace',
    kind: SWITCH,
    describe: 'Add a film strip to the evidence: a small picture after each navigation and each action',
    default: false,
  }),
  reporter: setting({
    flag: 'reporter',
    value: 'name[=path]',
    kind: list(`${REPORTER_NAMES.join(', ')}; with =path to write to a file`),
    describe: `Output formats: ${REPORTER_NAMES.join(', ')}; junit.xml and results.json are always written`,
    default: ['list'],
    defaultText: 'list',
  }),
  out: setting({
    flag: 'out',
    value: 'dir',
    kind: text('a folder'),
    describe: 'Results folder',
    default: 'gridrun-results',
  }),
} as const;
