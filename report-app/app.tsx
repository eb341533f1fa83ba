import type { JSX, RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { GroupsPage } from './groups-page.tsx';
import { MainPage } from './main-page.tsx';
import { hashOf, parseRoute, type Route } from './route.ts';
import type { ReportModel } from './report-model.ts';
import type { ScreenProps } from './screen-props.ts';
import { SitePage } from './site-page.tsx';
import { TimelinePage } from './timeline-page.tsx';

const SCREENS = [
  ['sites', 'Sites'],
  ['groups', 'Causes'],
  ['timeline', 'Timeline'],
] as const;

/** The whole report: the head with the screens' links, and the screen that the URL's fragment names. */
export function App({ model, whole }: { readonly model: ReportModel; readonly whole: boolean }): JSX.Element {
  const [route, refine] = useRoute();
  const main = useRef<HTMLElement>(null);
  useNewScreen(model, route, main);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>
        Skip to the content
      </a>
      <header class="top">
        <strong class="brand">gridrun</strong>
        <nav aria-label="Screens">
          {SCREENS.map(([screen, name]) => (
            <a
              key={screen}
              href={hashOf({ ...route, screen, siteId: '' })}
              aria-current={isCurrent(route, screen) ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <span class="run">{model.data.run.run}</span>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {screenOf({ model, route, whole, refine })}
      </main>
    </>
  );
}

/** The route in the URL's fragment, and a function that changes its filter. */
function useRoute(): readonly [Route, ScreenProps['refine']] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const onHash = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  const refine = useCallback((filter: Partial<Route['filter']>): void => {
    const current = parseRoute(location.hash);
    const next = { ...current, filter: { ...current.filter, ...filter } };
    history.replaceState(null, '', hashOf(next));
    setRoute(next);
  }, []);
  return [route, refine];
}

/** Sets the page's title, and moves a reader to the top of a new screen. */
function useNewScreen(model: ReportModel, route: Route, main: RefObject<HTMLElement | null>): void {
  const shown = useRef(`${route.screen}/${route.siteId}`);
  useEffect(() => {
    const now = `${route.screen}/${route.siteId}`;
    document.title = titleOf(model, route);
    if (now === shown.current) return;
    shown.current = now;
    scrollTo(0, 0);
    // A screen reader reads the heading that gets the focus.
    main.current?.querySelector('h1')?.focus();
  }, [route]);
}

function screenOf(props: ScreenProps): JSX.Element {
  if (props.route.screen === 'site') return <SitePage {...props} />;
  if (props.route.screen === 'groups') return <GroupsPage {...props} />;
  return props.route.screen === 'timeline' ? <TimelinePage {...props} /> : <MainPage {...props} />;
}

function isCurrent(route: Route, screen: Route['screen']): boolean {
  return route.screen === screen || (route.screen === 'site' && screen === 'sites');
}

function titleOf(model: ReportModel, { screen, siteId }: Route): string {
  const name = screen === 'site' ? siteId : SCREENS.find(([known]) => known === screen)?.[1];
  return `${name ?? ''} · gridrun ${model.data.run.run}`;
}

/** The fragment holds the route: it can't hold an element's name too. */
function skipTo(event: Event, target: HTMLElement | null): void {
  event.preventDefault();
  target?.focus();
}
