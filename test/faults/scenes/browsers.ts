import { chromeProcesses, type ChromeProcesses } from '../../support/chrome-processes.ts';
import { always, once, UNHARMED } from '../expected.ts';
import { scene, type Scene, type Victim } from '../scene.ts';

const send =
  (signal: NodeJS.Signals, to: (chrome: ChromeProcesses) => readonly number[]) =>
  ({ profile }: Victim): void => {
    const pids = to(chromeProcesses(profile));
    if (pids.length === 0) throw new Error('no such process');
    for (const pid of pids) process.kill(pid, signal);
  };

const BROWSER = ({ browser }: ChromeProcesses): number[] => [browser];
const DRIVER = ({ driver }: ChromeProcesses): number[] => [driver];
const RENDERERS = (chrome: ChromeProcesses): number[] => chrome.ofType('renderer');
const GPU = (chrome: ChromeProcesses): number[] => chrome.ofType('gpu-process');

/** A node cannot end a session whose driver does not answer. */
const NEVER_ENDED = { hasOwnGrid: true, keepsRecord: true } as const;

const HARM = { check: 'await harm();' };

/** The processes of a Chrome and of its driver. */
export const BROWSERS: readonly Scene[] = [
  ...(['chrome', 'hub'] as const).flatMap((ground) => [
    scene('browser', ground, 'Chrome is killed, once', once('browser.crashed'), {
      ...HARM,
      harm: send('SIGKILL', BROWSER),
      isShort: ground === 'chrome',
    }),
    scene('browser', ground, 'the renderer is killed, once', once('browser.tab-crashed'), {
      ...HARM,
      harm: send('SIGKILL', RENDERERS),
    }),
    scene('browser', ground, 'the process of the GPU is killed', UNHARMED, { ...HARM, harm: send('SIGKILL', GPU) }),
    scene(
      'browser',
      ground,
      'chromedriver is killed, once',
      once(ground === 'hub' ? 'grid.session-lost' : 'grid.unreachable'),
      {
        ...HARM,
        harm: send('SIGKILL', DRIVER),
        ...(ground === 'hub' ? { hasOwnGrid: true, keepsRecord: true } : {}),
      },
    ),
    scene('browser', ground, 'chromedriver is frozen, once', once('grid.no-answer'), {
      ...HARM,
      harm: send('SIGSTOP', DRIVER),
      ...(ground === 'hub' ? NEVER_ENDED : {}),
    }),
    scene('browser', ground, 'the renderer is frozen', always('site.hangs'), {
      ...HARM,
      harm: send('SIGSTOP', RENDERERS),
    }),
    scene('browser', ground, 'Chrome is frozen, once', once('grid.no-answer'), {
      ...HARM,
      harm: send('SIGSTOP', BROWSER),
      ...(ground === 'hub' ? NEVER_ENDED : {}),
    }),
  ]),
  scene('browser', 'chrome', 'Chrome is killed, each time', always('browser.crashed'), {
    ...HARM,
    harm: send('SIGKILL', BROWSER),
    isHarmedEachTime: true,
  }),
  scene('browser', 'chrome', 'the renderer is killed, each time', always('browser.tab-crashed'), {
    ...HARM,
    harm: send('SIGKILL', RENDERERS),
    isHarmedEachTime: true,
  }),
  scene('browser', 'chrome', 'the tab crashes, each time', always('browser.tab-crashed'), {
    check: "await driver.get('chrome://crash');",
  }),
  scene('browser', 'chrome', 'the page uses up the memory of its renderer', always('browser.tab-crashed'), {
    check: 'await driver.executeScript("const all = []; for (;;) all.push(new Array(10000).fill({}));");',
    flags: ['--capabilities', '{"goog:chromeOptions": {"args": ["--js-flags=--max-old-space-size=48"]}}'],
  }),
];
