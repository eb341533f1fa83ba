import type { JSX } from 'preact';
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

export function App({ model, whole }: { readonly model: ReportModel; readonly whole: boolean }): JSX.Element {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  const main = useRef<HTMLElement>(null);
  const shown = useRef(`${route.screen}/${route.siteId}`);
  useEffect(() => {
    const onHash = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  useEffect(() => {
    const now = `${route.screen}/${route.siteId}`;
    document.title = titleOf(model, route);
    if (now === shown.current) return;
    shown.current = now;
    scrollTo(0, 0);
    // Who can't see the new screen is told of it by its heading.
    main.current?.querySelector('h1')?.focus();
  }, [route]);
  const refine = useCallback((filter: Partial<Route['filter']>): void => {
    const current = parseRoute(location.hash);
    const next = { ...current, filter: { ...current.filter, ...filter } };
    history.replaceState(null, '', hashOf(next));
    setRoute(next);
  }, []);
  const props: ScreenProps = { model, route, whole, refine };
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
        {screenOf(props)}
      </main>
    </>
  );
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
