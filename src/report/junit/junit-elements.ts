import junitReportBuilder from 'junit-report-builder';

/** An XML element of xmlbuilder, which junit-report-builder uses. */
interface Element {
  ele(name: string, attributes?: Readonly<Record<string, string>>): Element;
  txt(text: string): Element;
  toString(options: { readonly pretty: boolean }): string;
}

/** The parts of the builder's classes that we use. Its package exports neither the classes nor types that allow a subclass. */
interface CaseBase {
  name(name: string): this;
  className(name: string): this;
  failure(): this;
  error(): this;
  skipped(): this;
  createElement(parent: Element): Element;
  buildNode(element: Element): Element;
  build(parent: Element): Element;
  _attributes: Record<string, string>;
}
interface SuiteBase {
  name(name: string): this;
  property(name: string, value: string): this;
  timestamp(timestamp: string): this;
  testCase(): unknown;
  build(): Element;
  _attributes: Record<string, string>;
}
interface Factory {
  newTestCase(): { readonly constructor: unknown };
  newTestSuite(): { readonly constructor: unknown };
}

// The package is CommonJS: the `default` of its types is the module itself.
const { _factory: factory } = junitReportBuilder as unknown as { readonly _factory: Factory };
const BaseCase = factory.newTestCase().constructor as new () => CaseBase;
const BaseSuite = factory.newTestSuite().constructor as new (factory: object) => SuiteBase;

/** A remark on a test case, in an element of its own. */
export interface Remark {
  readonly element: 'failure' | 'error' | 'skipped' | 'flakyFailure' | 'rerunFailure' | 'rerunError';
  readonly message: string;
  readonly type?: string;
  readonly stack?: string;
}

/** Surefire's elements have their stack in a child element. */
const SUREFIRE: ReadonlySet<Remark['element']> = new Set(['flakyFailure', 'rerunFailure', 'rerunError']);

/**
 * A test case with messages on skips and with Surefire's elements. It writes text as text, because the builder's CDATA
 * does not escape a second `]]>`.
 */
export class JUnitCase extends BaseCase {
  readonly #remarks: Remark[] = [];
  #output = '';

  remark(remark: Remark): void {
    this.#remarks.push(remark);
    // For the builder's counts.
    if (remark.element === 'failure') this.failure();
    if (remark.element === 'error') this.error();
    if (remark.element === 'skipped') this.skipped();
  }

  /** In seconds, as text: a number could be written in a form that readers reject. */
  seconds(seconds: string): void {
    this._attributes['time'] = seconds;
  }

  output(text: string): void {
    this.#output = text;
  }

  override build(parent: Element): Element {
    const element = this.buildNode(this.createElement(parent));
    for (const { element: name, message, type, stack } of this.#remarks) {
      const child = element.ele(name, { ...(type === undefined ? {} : { type }), message });
      if (stack === undefined || stack === '') continue;
      if (SUREFIRE.has(name)) child.ele('stackTrace').txt(stack);
      else child.txt(stack);
    }
    if (this.#output !== '') element.ele('system-out').txt(this.#output);
    return element;
  }
}

/** One test suite. It is built and written by itself, so that a report is never one tree. */
export class JUnitSuite extends BaseSuite {
  constructor(name: string) {
    super({ newTestCase: () => new JUnitCase() });
    this.name(name);
  }

  hostname(hostname: string): void {
    this._attributes['hostname'] = hostname;
  }

  /** In seconds, as text: the schema allows fewer forms than a number has. */
  seconds(seconds: string): void {
    this._attributes['time'] = seconds;
  }

  override testCase(): JUnitCase {
    return super.testCase() as JUnitCase;
  }

  text(): string {
    return this.build().toString({ pretty: true });
  }
}
