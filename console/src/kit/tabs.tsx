// Pages beside one another, of which one is shown. The arrow keys are Radix's.
import { Tabs as RadixTabs } from 'radix-ui';
import type { ReactNode } from 'react';

export interface TabPart {
  key: string;
  label: ReactNode;
  content: ReactNode;
}

export function Tabs({ value, onChange, tabs, label }: { value: string; onChange: (value: string) => void; tabs: TabPart[]; label: string }) {
  return (
    <RadixTabs.Root value={value} onValueChange={onChange} className="tabs-root">
      <RadixTabs.List className="tabs" aria-label={label}>
        {tabs.map((tab) => (
          <RadixTabs.Trigger className="tab" value={tab.key} key={tab.key}>
            {tab.label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {tabs.map((tab) => (
        <RadixTabs.Content value={tab.key} key={tab.key} className="tab-body" tabIndex={-1}>
          {tab.content}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}
