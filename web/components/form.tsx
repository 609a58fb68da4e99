import type { ComponentChildren, VNode } from 'preact';
import { useVisit } from '../layout.js';

/** What was wrong, by field; the key `form` is for what belongs to no single field. */
export type FormErrors = Record<string, string>;

export interface FormProps {
  /** Found by scripts as `data-form`. */
  name: string;
  action: string;
  /** What the button does: "Fund ¥500", never "Submit". */
  button: string;
  /** Idempotency key: the same again after an error, so that pressing twice does nothing twice. */
  formKey?: string | undefined;
  errors?: FormErrors | undefined;
  /** Values carried along unseen (a check page). */
  hidden?: Record<string, string> | undefined;
  /** It carries a file. */
  files?: boolean | undefined;
  /** A second, lesser act. */
  tone?: 'primary' | 'plain' | 'danger';
  /** A step that can still be gone back from, e.g. `{href, text: 'Change'}`. */
  back?: { href: string; text: string };
  /** The key that presses the button (with Alt, or as the browser has it): desks work from the keyboard. */
  accessKey?: string | undefined;
  children?: ComponentChildren;
}

/** A form that posts, with its token, its key, the summary of errors and one button. */
export function Form(props: FormProps): VNode {
  const visit = useVisit();
  return (
    <form method="post" action={props.action} enctype={props.files ? 'multipart/form-data' : undefined} data-form={props.name} id={props.name} novalidate>
      <ErrorSummary errors={props.errors ?? {}} />
      <input type="hidden" name="_csrf" value={visit.csrf()} />
      <input type="hidden" name="key" value={props.formKey ?? visit.newKey()} />
      {Object.entries(props.hidden ?? {}).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
      {props.children}
      <p class="actions">
        <button class={props.tone ?? 'primary'} accessKey={props.accessKey}>{props.button}</button>
        {props.back ? <a href={props.back.href}>{props.back.text}</a> : null}
      </p>
    </form>
  );
}

export function ErrorSummary({ errors }: { errors: FormErrors }): VNode | null {
  const all = Object.entries(errors);
  if (all.length === 0) return null;
  return (
    <div class="notice bad" role="alert">
      <p><strong>Please look again</strong></p>
      <ul>{all.map(([name, text]) => <li key={name}>{name === 'form' ? text : <a href={`#f-${name}`}>{text}</a>}</li>)}</ul>
    </div>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: ComponentChildren;
  value?: string | undefined;
  errors?: FormErrors | undefined;
  /** Tells apart fields of one name in several forms of a page; otherwise the name does. */
  id?: string | undefined;
}

type Described = Pick<FieldProps, 'name' | 'id' | 'hint' | 'errors'>;
const fieldId = ({ id, name }: Described): string => `f-${id ?? name}`;
const hintId = ({ id, name }: Described): string => `h-${id ?? name}`;
const errorId = ({ id, name }: Described): string => `e-${id ?? name}`;

function describedBy(props: Described): string | undefined {
  const ids = [props.hint ? hintId(props) : '', props.errors?.[props.name] ? errorId(props) : ''].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}

/** What is wrong with the field or group, said to those who hear the page too. */
const invalid = ({ name, errors }: Described): 'true' | undefined => (errors?.[name] ? 'true' : undefined);

function Around(props: FieldProps & { children: ComponentChildren }): VNode {
  const error = props.errors?.[props.name];
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label for={fieldId(props)}>{props.label}</label>
      {props.hint ? <p class="hint" id={hintId(props)}>{props.hint}</p> : null}
      {props.children}
      {error ? <p class="error" id={errorId(props)}>{error}</p> : null}
    </div>
  );
}

export function Field(props: FieldProps & { type?: 'text' | 'email' | 'tel' | 'password' | 'number' | 'date'; inputMode?: 'numeric' | 'decimal'; autocomplete?: string; maxLength?: number }): VNode {
  // The typings ask for one literal per kind of input; all of these take the same attributes.
  const type = (props.type ?? 'text') as 'text';
  return (
    <Around {...props}>
      <input
        id={fieldId(props)} name={props.name} type={type} value={props.value ?? ''} inputMode={props.inputMode} autocomplete={props.autocomplete}
        maxLength={props.maxLength ?? 200} aria-describedby={describedBy(props)} aria-invalid={invalid(props)}
      />
    </Around>
  );
}

/** An amount in yuan, as people type it. */
export function AmountField(props: FieldProps): VNode {
  return <Field {...props} inputMode="decimal" maxLength={20} autocomplete="off" />;
}

export function TextArea(props: FieldProps & { rows?: number; maxLength?: number; accessKey?: string }): VNode {
  return (
    <Around {...props}>
      <textarea id={fieldId(props)} name={props.name} rows={props.rows ?? 4} accessKey={props.accessKey} maxLength={props.maxLength ?? 2000} aria-describedby={describedBy(props)} aria-invalid={invalid(props)}>
        {props.value ?? ''}
      </textarea>
    </Around>
  );
}

export interface Option { value: string; text: string }

export function Select(props: FieldProps & { options: readonly Option[] }): VNode {
  return (
    <Around {...props}>
      <select id={fieldId(props)} name={props.name} aria-describedby={describedBy(props)} aria-invalid={invalid(props)}>
        {props.options.map((option) => <option key={option.value} value={option.value} selected={option.value === props.value}>{option.text}</option>)}
      </select>
    </Around>
  );
}

/** A choice shown whole: one of a few, each with what it means. */
export function Radios(props: FieldProps & { options: readonly Option[] }): VNode {
  const error = props.errors?.[props.name];
  return (
    <fieldset class={error ? 'field wrong' : 'field'} id={fieldId(props)} tabIndex={-1} aria-describedby={describedBy(props)}>
      <legend>{props.label}</legend>
      {props.hint ? <p class="hint" id={hintId(props)}>{props.hint}</p> : null}
      {props.options.map((option) => (
        <label key={option.value} class="choice">
          <input type="radio" name={props.name} value={option.value} checked={option.value === props.value} aria-invalid={invalid(props)} /> <span>{option.text}</span>
        </label>
      ))}
      {error ? <p class="error" id={errorId(props)}>{error}</p> : null}
    </fieldset>
  );
}

/** A box that must or may be ticked; its value is `yes`. Never ticked beforehand. */
export function Checkbox(props: Omit<FieldProps, 'label'> & { children: ComponentChildren }): VNode {
  const error = props.errors?.[props.name];
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label class="choice"><input id={fieldId(props)} type="checkbox" name={props.name} value="yes" checked={props.value === 'yes'} aria-describedby={describedBy(props)} aria-invalid={invalid(props)} /> <span>{props.children}</span></label>
      {props.hint ? <p class="hint" id={hintId(props)}>{props.hint}</p> : null}
      {error ? <p class="error" id={errorId(props)}>{error}</p> : null}
    </div>
  );
}
