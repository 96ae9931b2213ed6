// What each role may do, as a table that explains.
import { Check, Minus } from 'lucide-react';
import type { Role } from '../../api/wire';
import { useWords } from '../../words';
import { useAdminWords } from '../../words/admin';

const ROLES: Role[] = ['owner', 'admin', 'agent', 'qa'];
type Right = 'answer' | 'read' | 'knowledge' | 'widgets' | 'people' | 'rules' | 'audit' | 'owners';
const RIGHTS: { right: Right; has: Role[] }[] = [
  { right: 'read', has: ['owner', 'admin', 'agent', 'qa'] },
  { right: 'answer', has: ['owner', 'admin', 'agent'] },
  { right: 'audit', has: ['owner', 'admin', 'qa'] },
  { right: 'knowledge', has: ['owner', 'admin'] },
  { right: 'widgets', has: ['owner', 'admin'] },
  { right: 'people', has: ['owner', 'admin'] },
  { right: 'rules', has: ['owner', 'admin'] },
  { right: 'owners', has: ['owner'] },
];

export function Roles() {
  const w = useWords();
  const a = useAdminWords();
  return (
    <div className="admin-stack">
      <ul className="roles">
        {ROLES.map((role) => (
          <li key={role} className="card role-card">
            <h2>{w.roles[role]}</h2>
            <p className="muted small">{a.team.roleHints[role]}</p>
          </li>
        ))}
      </ul>
      <div className="table-box">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{a.team.can}</th>
              {ROLES.map((role) => (
                <th scope="col" key={role} className="middle">
                  {w.roles[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {RIGHTS.map(({ right, has }) => (
              <tr key={right}>
                <th scope="row" className="plain-head">
                  {a.team.rights[right]}
                </th>
                {ROLES.map((role) => (
                  <td key={role} className="middle">
                    {has.includes(role) ? <Check size={16} className="may" aria-label={a.team.may} role="img" /> : <Minus size={16} className="may-not" aria-label={a.team.mayNot} role="img" />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
