import { error, Key } from 'selenium-webdriver';
import type { WebDriver, WebElement } from 'selenium-webdriver';
import { LOGIN_WORDS } from './login-words.ts';
import { surveyLogin } from './login-survey.ts';
import type { Sighting, Survey } from './login-survey.ts';

/** A login form, or its first half: then `password` is null until the username is sent. */
export interface LoginForm {
  readonly username: Sighting<WebElement> | null;
  readonly password: Sighting<WebElement> | null;
  readonly submit: Sighting<WebElement> | null;
}

export interface FindLoginOptions {
  /** How long the form may take to appear (10,000). */
  readonly timeoutMs?: number;
}

const POLL_MS = 50;

/** One look at the page: one WebDriver command. Undefined while the page is changing under the look. */
export async function lookForLogin(driver: WebDriver): Promise<Survey<WebElement> | undefined> {
  try {
    return await driver.executeScript<Survey<WebElement>>(surveyLogin, LOGIN_WORDS);
  } catch (failure) {
    if (failure instanceof error.JavascriptError || failure instanceof error.StaleElementReferenceError)
      return undefined;
    throw failure;
  }
}

/**
 * Finds the login form of the current page, and waits for it. On the way it refuses a cookie banner that lies over the
 * form, enters the frame that holds it, and presses the button that opens it. Afterwards the driver is in the form's
 * frame. Throws selenium's TimeoutError where none appears.
 */
export async function findLogin(driver: WebDriver, options: FindLoginOptions = {}): Promise<LoginForm> {
  let opener = '';
  const step = async (): Promise<LoginForm | undefined> => {
    const survey = await lookForLogin(driver);
    if (survey === undefined) return undefined;
    if (survey.kind === 'form') return survey;
    if (survey.kind === 'username') return { ...survey, password: null };
    if (survey.target === null) return undefined;
    if (survey.kind === 'frame') await driver.switchTo().frame(survey.target);
    if (survey.kind === 'cover') await press(survey.target);
    if (survey.kind === 'opener') {
      // Seen twice in a row: a page that is still being built often shows its menu before its form.
      if (opener === survey.targetText) await press(survey.target);
      opener = opener === survey.targetText ? '' : survey.targetText;
    }
    return undefined;
  };
  const found = await driver.wait(step, options.timeoutMs ?? 10_000, 'no login form on the page', POLL_MS);
  if (found === undefined) throw new error.TimeoutError('no login form on the page');
  return found;
}

/** A button may be replaced or covered between the look and the click: the next look tells. */
async function press(button: WebElement): Promise<void> {
  try {
    await button.click();
  } catch (failure) {
    const gone =
      failure instanceof error.StaleElementReferenceError || failure instanceof error.ElementClickInterceptedError;
    if (!gone && !(failure instanceof error.ElementNotInteractableError)) throw failure;
  }
}

/**
 * Signs in by real keys and a real click. A form in two steps is sent on and its password field waited for.
 * What the site answers is the caller's to look at; the driver is back in the page's own frame.
 */
export async function signIn(
  driver: WebDriver,
  form: LoginForm,
  username: string,
  password: string,
  options: FindLoginOptions = {},
): Promise<void> {
  await form.username?.element.sendKeys(username);
  let second = form;
  if (form.password === null) {
    await send(form);
    second = await waitForPassword(driver, options.timeoutMs ?? 10_000);
  }
  await second.password?.element.sendKeys(password);
  await send(second);
  await driver.switchTo().defaultContent();
}

async function waitForPassword(driver: WebDriver, timeoutMs: number): Promise<LoginForm> {
  const seen = async (): Promise<LoginForm | undefined> => {
    const survey = await lookForLogin(driver);
    return survey?.password?.visible ? survey : undefined;
  };
  const found = await driver.wait(seen, timeoutMs, 'no password field after the username was sent', POLL_MS);
  if (found === undefined) throw new error.TimeoutError('no password field after the username was sent');
  return found;
}

/** By its button, or by Enter where it has none that a person can see. */
async function send(form: LoginForm): Promise<void> {
  if (form.submit?.visible) await form.submit.element.click();
  else await (form.password ?? form.username)?.element.sendKeys(Key.ENTER);
}
