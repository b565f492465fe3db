import { Button, Popover } from 'antd';
import { useI18n } from '../i18n/index.tsx';
import { LayerTree, PlanLegend, type TreeItem } from './LayerTree.tsx';

/** The layers of a map as a button in its corner, for screens whose list side is taken by something else. */
export function MapLayersButton(props: {
  readonly items: readonly TreeItem[];
  readonly hidden: ReadonlySet<string>;
  readonly onHidden: (hidden: ReadonlySet<string>) => void;
}) {
  const { t } = useI18n();
  const hasPlan = props.items.some((item) => item.key === 'plan');
  return (
    <div className="map-layers">
      <Popover
        trigger="click"
        placement="bottomLeft"
        content={
          <div className="map-layers-body">
            <LayerTree {...props} />
            {hasPlan ? <PlanLegend /> : null}
          </div>
        }
      >
        <Button size="small">{t('map.layers')}</Button>
      </Popover>
    </div>
  );
}
