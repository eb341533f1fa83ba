type Capabilities = Readonly<Record<string, unknown>>;

/** Arguments of the user that would lead around the proxy. */
const OVERRULED =
  /^--(?:proxy-server|proxy-bypass-list|proxy-pac-url|no-proxy-server|proxy-auto-detect|host-resolver-rules|host-rules|enable-quic|origin-to-force-quic-on|ignore-certificate-errors-spki-list|webrtc-ip-handling-policy|force-webrtc-ip-handling-policy)(?:=|$)/;

/** Where a browser of a replay sends its requests. */
export interface ReplayAddress {
  /** Of a proxy on loopback. */
  readonly port: number;
  readonly spkiHash: string;
}

/**
 * Capabilities for a browser that sends every request to the proxy: those of extensions and service workers, and those to
 * loopback. It resolves no name, so nothing reaches the network. Replaces what the user set for proxy and names. Pure.
 */
export function replayCapabilities(capabilities: Capabilities, { port, spkiHash }: ReplayAddress): Capabilities {
  const { proxy: _proxy, ...others } = capabilities;
  const chrome = (capabilities['goog:chromeOptions'] ?? {}) as { readonly args?: readonly string[] };
  const args = [
    ...(chrome.args ?? []).filter((arg) => !OVERRULED.test(arg)),
    `--proxy-server=127.0.0.1:${port}`,
    '--proxy-bypass-list=<-loopback>',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    `--ignore-certificate-errors-spki-list=${spkiHash}`,
    '--disable-quic',
    // WebRTC would send UDP past the proxy.
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  ];
  return { ...others, 'goog:chromeOptions': { ...chrome, args } };
}

/** Capabilities for a grid, as the Chrome of any machine takes them: no version, no platform, no path, nothing of a vendor. Pure. */
export function ofAnyChrome(capabilities: Capabilities): Capabilities {
  const { browserVersion: _version, platformName: _platform, ...others } = capabilities;
  const kept = Object.entries(others).filter(([name]) => !name.includes(':') || name.startsWith('goog:'));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      name === 'goog:chromeOptions' ? ofNoMachine(value as Capabilities | null) : value,
    ]),
  );
}

/** Chrome's options without the path of a binary, or the address of a Chrome that runs already. */
function ofNoMachine(options: Capabilities | null): Capabilities {
  const { binary: _binary, debuggerAddress: _address, ...others } = options ?? {};
  return others;
}
