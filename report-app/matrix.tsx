import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SiteRow } from '../src/report/html/report-data.ts';
import { MatrixRow } from './matrix-row.tsx';
import { hashOf, type Route } from './route.ts';
import type { ReportModel } from './report-model.ts';

/** Heights of a row in CSS pixels, as in report.css. They give the space of rows that are not drawn. */
const ROW_PX = 30;
const NARROW_ROW_PX = 58;
const NARROW = '(max-width: 700px)';
/** Rows drawn before and after those in sight. */
const SPARE_ROWS = 12;

export interface MatrixProps {
  readonly model: ReportModel;
  readonly route: Route;
  readonly sites: readonly SiteRow[];
  readonly whole: boolean;
}

/** Every site with every check. It draws only the rows in sight, so ten thousand sites are as fast as ten. */
export function Matrix({ model, route, sites, whole }: MatrixProps): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const view = useView(body);
  const first = whole ? 0 : Math.max(0, Math.min(view.first, sites.length) - SPARE_ROWS);
  const last = whole ? sites.length : Math.min(sites.length, view.first + view.count + SPARE_ROWS);
  const onKeyDown = useRowKeys(body, view, { first, last, count: sites.length });
  if (sites.length === 0) return <p class="empty">No site matches the filters.</p>;
  return (
    <div class="matrix-box">
      <table
        class={`matrix${model.data.checks.length > 12 ? ' many' : ''}`}
        role="table"
        aria-label="Sites and their checks"
        aria-rowcount={sites.length + 1}
      >
        <Head model={model} route={route} />
        <Space rows={first} rowPx={view.rowPx} />
        <tbody role="rowgroup" ref={body} onKeyDown={onKeyDown} data-first={first}>
          {sites.slice(first, last).map((site, offset) => (
            <MatrixRow key={site.id} model={model} route={route} site={site} place={first + offset} />
          ))}
        </tbody>
        <Space rows={sites.length - last} rowPx={view.rowPx} />
      </table>
    </div>
  );
}

function Head({ model, route }: Pick<MatrixProps, 'model' | 'route'>): JSX.Element {
  const { checks } = model.data;
  const shared = sharedLength(checks.map(({ title }) => title));
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader" scope="col">
          Site
        </th>
        <th role="columnheader" scope="col" class="time">
          Time
        </th>
        {checks.map(({ title }, place) => (
          <th key={place} role="columnheader" scope="col" class="check">
            <a
              href={hashOf({ ...route, screen: 'sites', filter: { ...route.filter, check: String(place + 1) } })}
              title={title}
            >
              <span>{title.slice(shared)}</span>
            </a>
          </th>
        ))}
        <th role="columnheader" scope="col" class="why">
          What is wrong
        </th>
      </tr>
    </thead>
  );
}

type Body = RefObject<HTMLTableSectionElement | null>;

/** The rows that are drawn, `first` included and `last` not, of `count`. */
interface Drawn {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Moves the focus from row to row with the arrow keys, and scrolls to rows that are not drawn yet. */
function useRowKeys(body: Body, view: View, { first, last, count }: Drawn): (event: KeyboardEvent) => void {
  const [wanted, setWanted] = useState(-1);
  useLayoutEffect(() => {
    if (wanted < 0) return;
    const link = body.current?.querySelector<HTMLElement>(`[data-place="${wanted}"]`);
    if (link === null || link === undefined) return;
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: 'nearest' });
    setWanted(-1);
  }, [wanted, first, last]);
  return (event) => {
    const place = Number((event.target as HTMLElement).dataset['place'] ?? -1);
    const next = place < 0 ? undefined : nextPlace(event.key, place, view.count, count);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // A row far away is drawn only once it is scrolled to.
    if (next < first || next >= last)
      scrollTo(0, scrollY + (body.current?.getBoundingClientRect().top ?? 0) + next * view.rowPx - innerHeight / 2);
    setWanted(next);
  };
}

/** The length of the words that all titles begin with: columns leave them out. */
function sharedLength(titles: readonly string[]): number {
  const [first = ''] = titles;
  if (titles.length < 2) return 0;
  let length = 0;
  while (length < first.length && titles.every((title) => title[length] === first[length])) length++;
  return first.lastIndexOf(' ', length - 1) + 1;
}

/** The space of rows that are not drawn. */
function Space({ rows, rowPx }: { readonly rows: number; readonly rowPx: number }): JSX.Element | null {
  return rows === 0 ? null : (
    <tbody class="space" aria-hidden="true">
      <tr style={{ height: `${rows * rowPx}px` }}>
        <td />
      </tr>
    </tbody>
  );
}

function nextPlace(key: string, place: number, page: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: place + 1,
    ArrowUp: place - 1,
    PageDown: place + page,
    PageUp: place - page,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

interface View {
  readonly first: number;
  readonly count: number;
  readonly rowPx: number;
}

/** The rows in sight. Follows the window as it scrolls or changes its size. */
function useView(body: Body): View {
  const narrow = matchMedia(NARROW).matches;
  const [view, setView] = useState<View>({
    first: 0,
    count: Math.ceil(innerHeight / ROW_PX),
    rowPx: narrow ? NARROW_ROW_PX : ROW_PX,
  });
  useEffect(() => {
    const look = (): void => {
      const rowPx = matchMedia(NARROW).matches ? NARROW_ROW_PX : ROW_PX;
      const element = body.current;
      if (element === null) return;
      // The table's own top: the drawn rows begin after the space of the rows before them.
      const top = element.getBoundingClientRect().top - Number(element.dataset['first'] ?? 0) * rowPx;
      const first = Math.max(0, Math.floor(-top / rowPx));
      const count = Math.ceil(innerHeight / rowPx);
      setView((old) =>
        old.first === first && old.count === count && old.rowPx === rowPx ? old : { first, count, rowPx },
      );
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, []);
  return view;
}
