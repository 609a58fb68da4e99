import type { VNode } from 'preact';
import type { FormErrors } from './form.js';

/** A file to hand in; its form has `files`. What was chosen is not kept when a form comes back with errors: browsers do not allow it. */
export function FileField({ name, label, hint, errors }: { name: string; label: string; hint: string; errors?: FormErrors | undefined }): VNode {
  const error = errors?.[name];
  return (
    <div class={error ? 'field wrong' : 'field'}>
      <label for={`f-${name}`}>{label}</label>
      <p class="hint" id={`h-${name}`}>{hint}</p>
      <input id={`f-${name}`} name={name} type="file" accept="application/pdf,image/png,image/jpeg" aria-describedby={error ? `h-${name} e-${name}` : `h-${name}`} aria-invalid={error ? 'true' : undefined} />
      {error ? <p class="error" id={`e-${name}`}>{error}</p> : null}
    </div>
  );
}
