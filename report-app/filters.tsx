import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ScreenProps } from './screen-props.ts';
import { filterCount, NO_FILTER, type Filter } from './route.ts';
import { countText, markOf, VERDICTS } from './words.ts';

export function Filters({
  model,
  route,
  refine,
  shownCount,
}: ScreenProps & { readonly shownCount: number }): JSX.Element {
  const { filter } = route;
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
  const { counts, groups, checks } = model.data;
  const toggle = (verdict: string): void => {
    const { verdicts } = filter;
    refine({
      verdicts: verdicts.includes(verdict) ? verdicts.filter((other) => other !== verdict) : [...verdicts, verdict],
    });
  };
  const choices: readonly [Exclude<keyof Filter, 'verdicts'>, string, readonly (readonly [string, string])[]][] = [
    ['cause', 'Cause', model.causes.map((name) => [name, name])],
    ['tag', 'Tag', model.tags.map((name) => [name, name])],
    ['node', 'Node', model.nodes.map((name) => [name, name])],
    ['check', 'Not passed', checks.map(({ title }, place) => [String(place + 1), title])],
    [
      'group',
      'Same fault',
      groups.map(({ fingerprint, fault, sites }) => [
        fingerprint,
        `${sites.length} × ${model.fault(fault)?.message.slice(0, 60) ?? ''}`,
      ]),
    ],
    [
      'gate',
      'New',
      model.hasExcuses
        ? [
            ['new', 'new'],
            ['known', 'known'],
          ]
        : [],
    ],
  ];
  return (
    <form class="filters" role="search" aria-label="Filter the sites" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>
          Text <kbd aria-hidden="true">/</kbd>
        </span>
        <input
          ref={search}
          type="search"
          value={filter.text}
          onInput={(event) => refine({ text: event.currentTarget.value })}
          placeholder="id, URL, message"
        />
      </label>
      <div class="verdicts" role="group" aria-label="Verdict">
        {VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => (
          <button
            key={verdict}
            type="button"
            class={`toggle v-${verdict}`}
            aria-pressed={filter.verdicts.includes(verdict)}
            onClick={() => toggle(verdict)}
          >
            <span aria-hidden="true">{markOf(verdict)}</span> {verdict}
          </button>
        ))}
      </div>
      {choices
        .filter(([, , options]) => options.length > 1 || (options.length === 1 && options[0]?.[0] !== ''))
        .map(([key, name, options]) => (
          <label key={key} class="field">
            {name}
            <select value={filter[key]} onChange={(event) => refine({ [key]: event.currentTarget.value })}>
              <option value="">all</option>
              {options.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        ))}
      <label class="field">
        Order
        <select value={filter.order} onChange={(event) => refine({ order: event.currentTarget.value })}>
          <option value="">worst first</option>
          <option value="list">as listed</option>
          <option value="slow">slowest first</option>
        </select>
      </label>
      <p class="shown">
        <output aria-live="polite">
          {shownCount === model.data.sites.length
            ? countText(shownCount, 'site')
            : `${shownCount.toLocaleString('en')} of ${countText(model.data.sites.length, 'site')}`}
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

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName);
}
