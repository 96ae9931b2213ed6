// A table in its frame: too wide, it scrolls by itself; each column has a name, if only one that is said.
import type { ReactNode } from 'react';

export interface Column {
  name: string;
  /** Numbers stand at the end of their cells, and so does their head. */
  end?: boolean;
  /** Only for those who cannot see what the column holds. */
  said?: boolean;
}

export function Table({ columns, children }: { columns: (string | Column)[]; children: ReactNode }) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => {
              const { name, end, said }: Column = typeof column === 'string' ? { name: column } : column;
              return (
                <th key={name} scope="col" className={end ? 'end' : undefined}>
                  {said ? <span className="sr">{name}</span> : name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
