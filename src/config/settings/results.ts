import { REPORTER_NAMES } from '../../core/reporter-names.ts';
import { BYTES, SWITCH, list, oneOf, text, whole } from '../kinds.ts';
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
  record: setting({
    flag: 'record',
    value: 'failures|all|off',
    kind: oneOf('failures', 'all', 'off'),
    describe: 'Attempts whose network traffic to keep as a HAR zip',
    default: 'off',
  }),
  recordMax: setting({
    flag: 'record-max',
    value: 'size',
    kind: BYTES,
    describe: 'The most that the bodies in one recording may take',
    default: 20_000_000,
    defaultText: '20MB',
  }),
  keepRecordings: setting({
    flag: 'keep-recordings',
    value: 'n',
    kind: whole(0),
    describe: 'Keep the recordings of the last n runs of the results folder, beside those of the newest',
    default: 14,
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
