import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ReportModel } from './report-model.ts';
import type { ScreenProps } from './screen-props.ts';
import { filterCount, NO_FILTER, type Filter } from './route.ts';
import { countText, markOf, VERDICTS } from './words.ts';

type Refine = ScreenProps['refine'];

/** The filters of the sites screen, and how many sites they let through. */
export function Filters({
  model,
  route,
  refine,
  shownCount,
}: ScreenProps & { readonly shownCount: number }): JSX.Element {
  const { filter } = route;
  const siteCount = model.data.sites.length;
  return (
    <form class="filters" role="search" aria-label="Filter the sites" onSubmit={(event) => event.preventDefault()}>
      <SearchField text={filter.text} refine={refine} />
      <VerdictToggles model={model} filter={filter} refine={refine} />
      {choicesOf(model)
        .filter(({ options }) => options.length > 1 || (options.length === 1 && options[0]?.[0] !== ''))
        .map(({ key, name, options }) => (
          <Select
            key={key}
            name={name}
            value={filter[key]}
            options={[['', 'all'], ...options]}
            onChange={(value) => refine({ [key]: value })}
          />
        ))}
      <Select name="Order" value={filter.order} options={ORDERS} onChange={(order) => refine({ order })} />
      <p class="shown">
        <output aria-live="polite">
          {shownCount === siteCount
            ? countText(shownCount, 'site')
            : `${shownCount.toLocaleString('en')} of ${countText(siteCount, 'site')}`}
        </output>
        {filterCount(filter) > 0 && (
          <button type="button" onClick={() => refine({ ...NO_FILTER, order: filter.order })}>
            Show all
          </button>
        )}
      </p>
    </form>
  );
}

type Option = readonly [value: string, text: string];

const ORDERS: readonly Option[] = [
  ['', 'worst first'],
  ['list', 'as listed'],
  ['slow', 'slowest first'],
];

interface Choice {
  readonly key: Exclude<keyof Filter, 'verdicts'>;
  readonly name: string;
  readonly options: readonly Option[];
}

function choicesOf(model: ReportModel): readonly Choice[] {
  const { groups, checks } = model.data;
  const named = (names: readonly string[]): Option[] => names.map((name) => [name, name]);
  return [
    { key: 'cause', name: 'Cause', options: named(model.causes) },
    { key: 'tag', name: 'Tag', options: named(model.tags) },
    { key: 'node', name: 'Node', options: named(model.nodes) },
    { key: 'check', name: 'Not passed', options: checks.map(({ title }, place) => [String(place + 1), title]) },
    {
      key: 'group',
      name: 'Same fault',
      options: groups.map(({ fingerprint, fault, sites }) => [
        fingerprint,
        `${sites.length} × ${model.fault(fault)?.message.slice(0, 60) ?? ''}`,
      ]),
    },
    { key: 'gate', name: 'New', options: model.hasExcuses ? named(['new', 'known']) : [] },
  ];
}

interface SelectProps {
  readonly name: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}

function Select({ name, value, options, onChange }: SelectProps): JSX.Element {
  return (
    <label class="field">
      {name}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The search field. The key `/` moves the focus to it. */
function SearchField({ text, refine }: { readonly text: string; readonly refine: Refine }): JSX.Element {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <label class="field">
      <span>
        Text <kbd aria-hidden="true">/</kbd>
      </span>
      <input
        ref={search}
        type="search"
        value={text}
        onInput={(event) => refine({ text: event.currentTarget.value })}
        placeholder="id, URL, message"
      />
    </label>
  );
}

interface VerdictProps {
  readonly model: ReportModel;
  readonly filter: Filter;
  readonly refine: Refine;
}

function VerdictToggles({ model, filter: { verdicts }, refine }: VerdictProps): JSX.Element {
  const toggle = (verdict: string): void => {
    refine({
      verdicts: verdicts.includes(verdict) ? verdicts.filter((other) => other !== verdict) : [...verdicts, verdict],
    });
  };
  return (
    <div class="verdicts" role="group" aria-label="Verdict">
      {VERDICTS.filter((verdict) => model.data.counts[verdict] > 0).map((verdict) => (
        <button
          key={verdict}
          type="button"
          class={`toggle v-${verdict}`}
          aria-pressed={verdicts.includes(verdict)}
          onClick={() => toggle(verdict)}
        >
          <span aria-hidden="true">{markOf(verdict)}</span> {verdict}
        </button>
      ))}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName);
}
