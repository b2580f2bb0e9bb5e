import { Button } from '@graphiql/react';
import { type FormEvent, useState } from 'react';
import { signIn, useSession } from './session';

export function SignIn() {
  const { notice } = useSession();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const message = refusal ?? notice;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setRefusal(null);
    try {
      await signIn(String(form.get('email')), String(form.get('password')));
    } catch (error) {
      setRefusal((error as Error).message);
      setBusy(false);
    }
  }

  return (
    <form className="sign-in" aria-label="Sign in" onSubmit={submit}>
      {message && (
        <p className="refusal" role="alert">
          {message}
        </p>
      )}
      <label>
        E-mail
        {/* Not after a notice: the user may be typing in an editor just then. */}
        <input name="email" type="email" autoComplete="username" required autoFocus={!notice} />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <Button type="submit" disabled={busy}>
        Sign in
      </Button>
    </form>
  );
}
