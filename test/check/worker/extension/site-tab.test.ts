import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteTab } from '../../../../src/check/worker/extension/site-tab.ts';
import type { TabActions } from '../../../../src/check/worker/extension/tab-actions.ts';

/** A site's tab whose driver is in `site`, and the commands that it sent. Chrome loads the page `ahead` in this tab. */
function tabOf(isCheckActing = false): { readonly tab: SiteTab; readonly sent: string[] } {
  const sent: string[] = [];
  const actions = {
    isBeside: async (tab: string) => tab !== 'ahead',
    close: async (tab: string) => void sent.push(`close ${tab}`),
    show: async (tab: string) => void sent.push(`show ${tab}`),
  };
  const window = async (): Promise<string> => 'site';
  return {
    tab: new SiteTab({ actions: actions as unknown as TabActions, window, isCheckActing: () => isCheckActing }),
    sent,
  };
}

const lostAt = (context: string, isDiscarded = false) => ({ context, url: 'https://a.example/', isDiscarded });

test('the tab of a site may be lost', async (t) => {
  const url = 'https://a.example/';
  const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

  await t.test('it is lost when it is closed, and no frame or other tab is', async () => {
    const { tab } = tabOf();
    await tab.start(['site']);
    tab.onDestroyed({ context: 'other', url });
    assert.equal(tab.lost, undefined);
    tab.onDestroyed({ context: 'site', url });
    assert.deepEqual(tab.lost, lostAt('site'));
  });

  await t.test('a discarded tab comes back empty, and nothing is closed', async () => {
    const { tab, sent } = tabOf();
    await tab.start(['site']);
    tab.onDestroyed({ context: 'site', url });
    tab.onCreated({ context: 'again', url });
    await settled();
    assert.deepEqual([tab.lost, sent], [lostAt('site', true), []]);
  });

  await t.test('a page that was loaded ahead takes its place, and may be lost then', async () => {
    const { tab, sent } = tabOf();
    await tab.start(['site']);
    tab.onCreated({ context: 'ahead', url: 'about:blank' });
    await settled();
    tab.onDestroyed({ context: 'site', url });
    assert.deepEqual([tab.lost, sent], [undefined, []]);
    tab.onDestroyed({ context: 'ahead', url });
    assert.deepEqual(tab.lost, lostAt('ahead'));
  });

  await t.test('an empty tab of the extension takes no place', async () => {
    const { tab, sent } = tabOf();
    await tab.start(['site']);
    tab.onCreated({ context: 'empty', url: 'about:blank' });
    await settled();
    assert.deepEqual(sent, ['close empty', 'show site']);
    tab.onDestroyed({ context: 'site', url });
    assert.deepEqual(tab.lost, lostAt('site'));
  });
});

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
