import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteTab } from '../../../../src/check/worker/extension/site-tab.ts';
import type { TabActions } from '../../../../src/check/worker/extension/tab-actions.ts';

/** A site's tab whose driver is in `site`, and the commands that it sent. */
function tabOf(isCheckActing = false): { readonly tab: SiteTab; readonly sent: string[] } {
  const sent: string[] = [];
  const actions = {
    close: async (tab: string) => void sent.push(`close ${tab}`),
    show: async (tab: string) => void sent.push(`show ${tab}`),
  };
  const window = async (): Promise<string> => 'site';
  return {
    tab: new SiteTab({ actions: actions as unknown as TabActions, window, isCheckActing: () => isCheckActing }),
    sent,
  };
}

test('the tab of a site is the only one that is shown', async (t) => {
  await t.test('tabs that were open are closed', async () => {
    const { tab, sent } = tabOf();
    await tab.start(['welcome', 'site']);
    assert.deepEqual(sent, ['close welcome', 'show site']);
  });

  await t.test('a tab that opened after the list was made and before the start is closed', async () => {
    const { tab, sent } = tabOf();
    tab.onCreated({ context: 'site' });
    tab.onCreated({ context: 'welcome' });
    await tab.start(['site']);
    assert.deepEqual(sent, ['close welcome', 'show site']);
  });

  await t.test('a tab that opens while the start asks for the window is closed', async () => {
    const { tab, sent } = tabOf();
    const started = tab.start(['first', 'site']);
    tab.onCreated({ context: 'second' });
    await started;
    assert.deepEqual(sent, ['close first', 'close second', 'show site']);
  });

  await t.test('nothing is sent for the own tab, for frames, and for tabs that a page opened', async () => {
    const { tab, sent } = tabOf();
    tab.onCreated({ context: 'site' });
    tab.onCreated({ context: 'frame', parent: 'site' });
    tab.onCreated({ context: 'popup', originalOpener: 'site' });
    await tab.start(['site']);
    assert.deepEqual(sent, []);
  });

  await t.test('a tab that the check may have opened is left alone', async () => {
    const { tab, sent } = tabOf(true);
    await tab.start(['site']);
    tab.onCreated({ context: 'by the check' });
    assert.deepEqual(sent, []);
  });
});
