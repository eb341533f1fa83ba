/**
 * The commands of a check that change nothing for the next site of its session: they read, they act on a tab, which
 * `wipe` closes, or they write what `wipe` clears. Every command that is not listed here may change the browser for
 * good: the session is then replaced before the next site.
 */

/** W3C commands below `/session/<id>/`. A star is an id. Each GET is harmless too. */
const W3C = new Set(
  listed(`
  POST url, POST back, POST forward, POST refresh, POST print, POST actions, DELETE actions, POST element,
  POST elements, POST element/*/element, POST element/*/elements, POST shadow/*/element,
  POST shadow/*/elements, POST element/*/click, POST element/*/clear, POST element/*/value, POST execute/sync,
  POST execute/async, POST frame, POST frame/parent, POST window, DELETE window, POST window/new,
  POST window/rect, POST window/maximize, POST window/minimize, POST window/fullscreen, POST timeouts,
  POST cookie, DELETE cookie, DELETE cookie/*, POST alert/accept, POST alert/dismiss, POST alert/text,
  POST file, POST se/file, POST se/files, DELETE se/files, POST log, POST se/log,
  DELETE chromium/network_conditions
`),
);

/** W3C commands that carry a DevTools command. */
const CARRIES_DEVTOOLS = new Set(
  listed(`
  POST chromium/send_command, POST chromium/send_command_and_get_result, POST goog/cdp/execute,
  POST ms/cdp/execute
`),
);

/** BiDi commands. Intercepts and collectors end with the check's connection. */
const BIDI = new Set(
  listed(`
  session.status, session.subscribe, session.unsubscribe, browser.getClientWindows, browser.getUserContexts,
  browsingContext.activate, browsingContext.captureScreenshot, browsingContext.close, browsingContext.create,
  browsingContext.getTree, browsingContext.handleUserPrompt, browsingContext.locateNodes,
  browsingContext.navigate, browsingContext.print, browsingContext.reload, browsingContext.traverseHistory,
  input.performActions, input.releaseActions, input.setFiles, network.addIntercept, network.removeIntercept,
  network.addDataCollector, network.removeDataCollector, network.continueRequest, network.continueResponse,
  network.failRequest, network.provideResponse, network.getData, network.disownData, script.evaluate,
  script.callFunction, script.disown, script.getRealms, script.removePreloadScript, storage.getCookies,
  storage.setCookie, storage.deleteCookies, goog:cdp.getSession, goog:cdp.resolveRealm
`),
);

/** BiDi commands that are harmless if they name tabs (`context`, `contexts`), and no user contexts. */
const BIDI_ON_TABS = new Set(
  listed(`
  browsingContext.setViewport, script.addPreloadScript, network.setExtraHeaders, network.setCacheBehavior,
  emulation.setForcedColorsModeThemeOverride, emulation.setGeolocationOverride, emulation.setLocaleOverride,
  emulation.setNetworkConditions, emulation.setScreenOrientationOverride, emulation.setScreenSettingsOverride,
  emulation.setScriptingEnabled, emulation.setTimezoneOverride, emulation.setTouchOverride,
  emulation.setUserAgentOverride
`),
);

/** Domains of DevTools that know only a tab, or only what `wipe` clears. */
const DEVTOOLS_DOMAINS = new Set(
  listed(`
  Accessibility, Animation, CSS, CacheStorage, Console, DOM, DOMDebugger, DOMSnapshot, DOMStorage, Debugger,
  HeapProfiler, IO, IndexedDB, Input, LayerTree, Log, Media, Overlay, Performance, PerformanceTimeline,
  Profiler, Runtime
`),
);

/** DevTools commands of the other domains. What they set belongs to a tab. */
const DEVTOOLS: Readonly<Record<string, readonly string[]>> = {
  Browser: listed('getBrowserCommandLine, getVersion, getWindowBounds, getWindowForTarget'),
  Emulation: listed(`
    clearDeviceMetricsOverride, clearGeolocationOverride, setAutoDarkModeOverride, setCPUThrottlingRate,
    setDefaultBackgroundColorOverride, setDeviceMetricsOverride, setEmitTouchEventsForMouse,
    setEmulatedMedia, setEmulatedVisionDeficiency, setFocusEmulationEnabled, setGeolocationOverride,
    setHardwareConcurrencyOverride, setLocaleOverride, setPageScaleFactor, setScriptExecutionDisabled,
    setScrollbarsHidden, setTimezoneOverride, setTouchEmulationEnabled, setUserAgentOverride
  `),
  Fetch: listed('continueRequest, continueResponse, disable, enable, failRequest, fulfillRequest, getResponseBody'),
  Network: listed(`
    clearBrowserCache, clearBrowserCookies, deleteCookies, disable, emulateNetworkConditions, enable,
    getAllCookies, getCertificate, getCookies, getRequestPostData, getResponseBody, setBlockedURLs,
    setBypassServiceWorker, setCacheDisabled, setCookie, setCookies, setExtraHTTPHeaders,
    setUserAgentOverride
  `),
  Page: listed(`
    addScriptToEvaluateOnLoad, addScriptToEvaluateOnNewDocument, bringToFront, captureScreenshot,
    captureSnapshot, close, createIsolatedWorld, disable, enable, getFrameTree, getLayoutMetrics,
    getNavigationHistory, getResourceContent, getResourceTree, handleJavaScriptDialog, navigate,
    navigateToHistoryEntry, printToPDF, reload, removeScriptToEvaluateOnLoad,
    removeScriptToEvaluateOnNewDocument, resetNavigationHistory, screencastFrameAck, setBypassCSP,
    setDocumentContent, setInterceptFileChooserDialog, setLifecycleEventsEnabled, startScreencast,
    stopLoading, stopScreencast
  `),
  Storage: listed('clearCookies, clearDataForOrigin, clearDataForStorageKey, getCookies, setCookies'),
  SystemInfo: listed('getInfo, getProcessInfo'),
  Target: listed(`
    activateTarget, attachToTarget, closeTarget, createTarget, detachFromTarget, getTargetInfo, getTargets,
    setAutoAttach, setDiscoverTargets
  `),
};

type Params = Readonly<Record<string, unknown>>;

/**
 * The name of a W3C command that may outlive its tab, as a user knows it; undefined if it is harmless. `path` is that of
 * the request, from `/session/<id>` on.
 */
export function lastingW3c(method: string, path: string, body: unknown): string | undefined {
  if (method === 'GET') return undefined;
  const words = path.split('?', 1)[0]!.split('/').slice(3);
  const key = words.map((word, index) => (/^(element|shadow|cookie)$/.test(words[index - 1] ?? '') ? '*' : word));
  const command = `${method} ${key.join('/')}`;
  if (CARRIES_DEVTOOLS.has(command)) return lastingDevTools((body as Params | undefined)?.['cmd']);
  return W3C.has(command) ? undefined : command;
}

/** The name of a command over BiDi that may outlive its tab; undefined if it is harmless. `message` is its text. */
export function lastingBidi(message: string): string | undefined {
  const { method, params } = parsed(message);
  if (typeof method !== 'string') return 'a message that is not BiDi';
  if (method === 'goog:cdp.sendCommand' || method === 'cdp.sendCommand') return lastingDevTools(params['method']);
  if (BIDI.has(method) || (BIDI_ON_TABS.has(method) && namesTabs(params))) return undefined;
  return method;
}

/** The name of a command over a DevTools connection that may outlive its tab; undefined if it is harmless. */
export function lastingCdp(message: string): string | undefined {
  return lastingDevTools(parsed(message).method);
}

function lastingDevTools(method: unknown): string | undefined {
  const [domain = '', command = ''] = String(method).split('.');
  const known = Object.hasOwn(DEVTOOLS, domain) && DEVTOOLS[domain]?.includes(command) === true;
  return known || DEVTOOLS_DOMAINS.has(domain) ? undefined : String(method);
}

/** The items of a text that commas and line ends separate. */
function listed(text: string): string[] {
  return text.trim().split(/,\s*/);
}

function namesTabs(params: Params): boolean {
  const { context, contexts, userContexts } = params;
  return (
    userContexts === undefined && (typeof context === 'string' || (Array.isArray(contexts) && contexts.length > 0))
  );
}

function parsed(message: string): { readonly method?: unknown; readonly params: Params } {
  try {
    const { method, params } = JSON.parse(message) as { method?: unknown; params?: Params };
    return { method, params: params ?? {} };
  } catch {
    return { params: {} };
  }
}
