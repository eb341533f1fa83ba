/** A sign-in in two steps goes on by itself for so long. */
const PENDING_MS = 20_000;

// Nothing is kept in variables: Chrome stops an idle worker after 30 seconds.
const ANSWERS = {
  /** The account of the page's host, if there is one. */
  async account(host) {
    const { accounts = {} } = await chrome.storage.local.get('accounts');
    return accounts[host] ?? null;
  },
  /** A person has clicked the button: what follows on this host is part of the same sign-in. */
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
  // Who asks is what Chrome says it is, not what the page says.
  const host = new URL(sender.url ?? sender.origin).hostname;
  const reply = ANSWERS[question];
  if (reply === undefined) return false;
  reply(host).then(answer, (error) => {
    answer(null);
    throw error;
  });
  return true;
});
