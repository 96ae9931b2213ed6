// How a chat comes onto a website, which websites may show it, and how a customer is proved.
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import * as admin from '../../api/admin';
import type { Inbox } from '../../api/admin-wire';
import { Banner, Button } from '../../kit/basics';
import { complain } from '../../kit/toast';
import { useAdminWords } from '../../words/admin';
import { LinesField } from '../lines';
import { Confirm, CopyBox, Part } from '../parts';
import type { Draft } from './edit';

export const snippet = (origin: string, key: string): string => `<script src="${origin}/w.js" data-inbox="${key}" async></script>`;

const SERVER = `import { createHmac } from 'node:crypto';
const proof = createHmac('sha256', process.env.FRONTDESK_SECRET)
  .update(customer.id)
  .digest('hex');`;

const PAGE = `Frontdesk('identify', customer.id, {
  name: customer.name,
  email: customer.email,
}, proof);`;

export function Install({ inbox, settings, put, wrong }: Draft & { inbox: Inbox }) {
  const a = useAdminWords();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const make = useMutation({
    mutationFn: () => admin.makeSecret(inbox.id),
    onSuccess: (made) => {
      setSecret(made.secret);
      setAsking(false);
    },
    onError: complain,
  });
  const badOrigin = [...wrong].find(([at]) => at.startsWith('origins'));
  return (
    <div className="admin-form wide">
      <Part title={a.inboxes.snippet} hint={a.inboxes.snippetHint}>
        <CopyBox text={snippet(window.location.origin, inbox.key)} label={a.inboxes.snippet} />
      </Part>
      <LinesField className="mono" label={a.inboxes.origins} hint={a.inboxes.originsHint} rows={3} value={settings.origins} onChange={(origins) => put({ origins })} error={badOrigin?.[1]} />
      <Part
        title={a.inboxes.tell}
        hint={a.inboxes.tellHint}
        actions={
          <Button small icon={KeyRound} onClick={() => setAsking(true)}>
            {a.inboxes.makeSecret}
          </Button>
        }
      >
        {secret ? (
          <div className="stack admin-gap" role="status">
            <Banner tone="warn" icon={KeyRound}>
              {a.inboxes.secretOnce}
            </Banner>
            <CopyBox text={secret} label={a.inboxes.secret} />
          </div>
        ) : (
          <p className="hint">{a.inboxes.secretHint}</p>
        )}
        <h3 className="label code-title">{a.inboxes.serverSide}</h3>
        <CopyBox text={SERVER} label={a.inboxes.serverSide} />
        <h3 className="label code-title">{a.inboxes.inPage}</h3>
        <CopyBox text={PAGE} label={a.inboxes.inPage} />
      </Part>
      {asking ? <Confirm title={a.inboxes.secretTitle} hint={a.inboxes.secretWarning} go={a.inboxes.makeSecret} danger={false} busy={make.isPending} onGo={() => make.mutate()} onClose={() => setAsking(false)} /> : null}
    </div>
  );
}
