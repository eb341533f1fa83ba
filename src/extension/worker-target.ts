import { itemsOf } from '../wire/answer-fields.ts';

/** A target of the browser, as `Target.getTargets` lists it. */
interface Target {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

/** The service worker of an extension in an answer of `Target.getTargets`. Undefined if it does not run. */
export function workerIn(answer: unknown, extensionId: string): Partial<Target> | undefined {
  return itemsOf<Target>(answer, 'targetInfos').find(
    ({ type, url }) => type === 'service_worker' && url?.startsWith(`chrome-extension://${extensionId}/`) === true,
  );
}
