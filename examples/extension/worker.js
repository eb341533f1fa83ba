/** How long the second step of a sign-in may follow by itself, in ms. */
const PENDING_MS = 20_000;

// Keep no state in variables: Chrome stops an idle worker after 30 seconds.
const ANSWERS = {
  /** Returns the account of the page's host, or null. */
  async account(host) {
    const { accounts = {} } = await chrome.storage.local.get('accounts');
    return accounts[host] ?? null;
  },
  /** Starts a sign-in: a person has clicked the button. The next form on this host belongs to the same sign-in. */
  async begin(host) {
    await chrome.storage.session.set({ [`pending ${host}`]: Date.now() + PENDING_MS });
    return true;
  },
  async isPending(host) {
    const key = `pending ${host}`;
    return ((await chrome.storage.session.get(key))[key] ?? 0) > Date.now();
  },
  async done(host) {
    await chrome.storage.session.remove(`pending ${host}`);
    return true;
  },
};

chrome.runtime.onMessage.addListener((question, sender, answer) => {
  // Take the host from Chrome, because a page could lie about it.
  const host = new URL(sender.url ?? sender.origin).hostname;
  const reply = ANSWERS[question];
  if (reply === undefined) return false;
  reply(host).then(answer, (error) => {
    answer(null);
    throw error;
  });
  return true;
});
