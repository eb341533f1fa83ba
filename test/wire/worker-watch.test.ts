import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorkerWatch, type WorkerVersion } from '../../src/wire/worker-watch.ts';

const ORIGIN = 'chrome-extension://abc/';

function version(versionId: string, status: string, more: Partial<WorkerVersion> = {}): WorkerVersion {
  return { versionId, status, runningStatus: 'stopped', scriptURL: `${ORIGIN}worker.js`, ...more };
}

function tell(watch: WorkerWatch, ...versions: readonly WorkerVersion[]): void {
  watch.onEvent({ method: 'ServiceWorker.workerVersionUpdated', params: { versions }, session: 's' });
}

function report(watch: WorkerWatch, errorMessage: string, columnNumber: number, more: object = {}): void {
  const params = {
    errorMessage: {
      errorMessage,
      columnNumber,
      lineNumber: 3,
      sourceURL: `${ORIGIN}worker.js`,
      versionId: '1',
      ...more,
    },
  };
  watch.onEvent({ method: 'ServiceWorker.workerErrorReported', params, session: 's' });
}

test('a worker that an uninstall ended is not the one that an install starts', () => {
  const watch = new WorkerWatch();
  tell(watch, version('1', 'activated'));
  tell(watch, version('1', 'redundant'));
  assert.equal(watch.newborn(ORIGIN), undefined);
  tell(watch, version('2', 'new'));
  tell(watch, version('2', 'activated'), version('1', 'redundant'));
  assert.equal(watch.newborn(ORIGIN)?.versionId, '2');
  tell(watch, version('3', 'new', { scriptURL: 'https://site.example/sw.js' }));
  assert.equal(watch.newborn(ORIGIN)?.versionId, '2', "a page's own worker is another");
});

test('a thrown error is reported once, and text written to the console is not', () => {
  const watch = new WorkerWatch();
  report(watch, 'Uncaught Error: a', 9);
  report(watch, 'Uncaught Error: a', -1);
  report(watch, 'Uncaught (in promise) Error: b', -1);
  report(watch, 'said', -1);
  report(watch, 'Uncaught Error: of a page', 9, { sourceURL: 'https://site.example/sw.js', versionId: '7' });
  assert.deepEqual(
    watch.errors(ORIGIN).map(({ message }) => message),
    ['Uncaught Error: a', 'Uncaught (in promise) Error: b'],
  );
});

test('until looks after each event, and gives up with the signal', async () => {
  const watch = new WorkerWatch();
  const look = (): string | undefined => (watch.version('1')?.status === 'activated' ? 'up' : undefined);
  const waiting = watch.until(look, new AbortController().signal);
  tell(watch, version('1', 'new'));
  tell(watch, version('1', 'activated'));
  assert.equal(await waiting, 'up');
  const given = new AbortController();
  const never = watch.until(() => undefined, given.signal);
  given.abort();
  assert.equal(await never, undefined);
  assert.equal(await watch.until(look, AbortSignal.abort()), 'up');
});

test('events of any other kind change nothing', () => {
  fc.assert(
    fc.property(fc.string(), (method) => {
      fc.pre(!method.startsWith('ServiceWorker.worker'));
      const watch = new WorkerWatch();
      watch.onEvent({ method, params: {}, session: '' });
      assert.deepEqual([watch.newest(ORIGIN), watch.errors(ORIGIN)], [undefined, []]);
    }),
  );
});
