// Which language model writes the answers, if any.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, PlugZap } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Badge, Banner, Button, Skeleton } from '../kit/basics';
import { SelectField, TextField } from '../kit/fields';
import { complain, toast } from '../kit/toast';
import { useLanguage, useWords } from '../words';
import * as calls from './calls';
import { Page, useAdminWords } from './kit';
import type { ModelChoice, ModelSettings } from './wire';

export default function Model() {
  const w = useWords();
  const a = useAdminWords();
  const model = useQuery({ queryKey: ['model'], queryFn: calls.model, refetchOnWindowFocus: false });
  return (
    <Page title={w.pages.model} hint={a.model.hint} actions={model.data ? <Badge tone={model.data.kind === 'none' ? 'plain' : 'ai'}>{model.data.kind === 'none' ? a.model.quoting : a.model.using(model.data.active ?? model.data.model)}</Badge> : null}>
      {model.isPending ? <Skeleton height={200} /> : null}
      {model.error ? <p className="error">{model.error.message}</p> : null}
      {model.data ? <Editor model={model.data} /> : null}
    </Page>
  );
}

function Editor({ model }: { model: ModelSettings }) {
  const a = useAdminWords();
  const language = useLanguage();
  const client = useQueryClient();
  const [kind, setKind] = useState(model.kind === 'none' ? 'none' : 'openai');
  const [url, setUrl] = useState(model.base_url);
  const [name, setName] = useState(model.model);
  const [key, setKey] = useState('');
  const choice = (): ModelChoice => ({ kind, base_url: kind === 'none' ? '' : url.trim(), model: kind === 'none' ? '' : name.trim(), ...(key === '' ? {} : { api_key: key }) });
  const test = useMutation({ mutationFn: () => calls.testModel(choice()), onError: complain });
  const save = useMutation({
    mutationFn: () => calls.saveModel(choice()),
    onSuccess: (fresh) => {
      client.setQueryData(['model'], fresh);
      setKey('');
      toast(a.saved);
    },
    onError: complain,
  });
  const ready = kind === 'none' || (url.trim() !== '' && name.trim() !== '');
  return (
    <form
      className="card form-card"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <SelectField
        label={a.model.kind}
        value={kind}
        onChange={(event) => {
          setKind(event.target.value);
          test.reset();
        }}
        options={[
          { value: 'none', label: a.model.kinds.none },
          { value: 'openai', label: a.model.kinds.openai },
        ]}
      />
      {kind === 'none' ? null : (
        <>
          <TextField label={a.model.url} hint={a.model.urlHint} type="url" required value={url} onChange={(event) => setUrl(event.target.value)} />
          <TextField label={a.model.name} required value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
          <TextField label={a.model.key} hint={model.set ? a.model.keyKept : a.model.keyNone} type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
        </>
      )}
      <div aria-live="polite">
        {test.data ? (
          test.data.ok ? (
            <Banner tone="good" icon={CircleCheck}>
              {a.model.works(test.data.took_ms)}
            </Banner>
          ) : (
            <Banner tone="bad" icon={CircleAlert}>
              <strong>{a.model.fails}.</strong> {test.data.error?.[language] ?? ''}
            </Banner>
          )
        ) : null}
      </div>
      <div className="row">
        <Button look="primary" type="submit" busy={save.isPending} disabled={!ready}>
          {a.model.save}
        </Button>
        {kind === 'none' ? null : (
          <Button icon={PlugZap} busy={test.isPending} disabled={!ready} onClick={() => test.mutate()}>
            {a.model.test}
          </Button>
        )}
        <span className="grow" />
        {model.source === 'settings' && model.kind !== 'none' ? <span className="small muted">{a.model.fromSettings}</span> : null}
      </div>
    </form>
  );
}
