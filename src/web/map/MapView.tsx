import { useQuery } from '@tanstack/react-query';
import * as maplibregl from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useMemo, useRef, useState } from 'react';
import { TILE_LAYER } from '../../modules/parcels/views.ts';
import { statusQuery } from '../api/endpoints.ts';
import { useScheme } from '../frame/scheme.tsx';
import { useI18n } from '../i18n/index.tsx';
import { picksAt, type MapPick } from './picks.ts';
import { positionOf, positionText, type Box } from './position.ts';
import { mapStyle, OWN_PARCELS, sourceOf, type GeoJson, type TileLayer } from './style.ts';

maplibregl.setWorkerUrl(workerUrl);
// The threads that read tiles start while the page still asks for the list of layers.
maplibregl.prewarm();

export interface MapPoint {
  readonly lonLat: readonly [number, number];
  readonly severity: string;
  readonly key: string;
}

/** Where to bring the map; it moves when `key` changes. A place is a box to fit or a point to stand over. */
export interface MapFocus {
  readonly key: string;
  readonly place: Box | readonly [number, number];
}

export interface MapViewProps {
  /** Says to a screen reader what the map shows and where the same is written as a list. */
  readonly label: string;
  readonly layers: readonly TileLayer[];
  readonly hidden?: ReadonlySet<string>;
  /** Parcels from the page's own memory, in place of a parcel layer among `layers`. */
  readonly parcels?: GeoJson | undefined;
  readonly plan?: GeoJson | undefined;
  readonly outlines?: GeoJson | undefined;
  readonly chosenOutline?: number | undefined;
  readonly points?: readonly MapPoint[];
  readonly chosenPoint?: string | undefined;
  readonly highlight?: readonly number[];
  readonly selected?: number | undefined;
  readonly highlightPlots?: readonly string[];
  readonly home: Box | undefined;
  readonly focus?: MapFocus | undefined;
  readonly position?: string | undefined;
  readonly onPosition?: (position: string) => void;
  readonly onPick?: (picks: readonly MapPick[], plotIds: readonly string[]) => void;
  readonly onPoint?: (key: string) => void;
}

const NONE: ReadonlySet<string> = new Set();
const NO_NUMBERS: readonly number[] = [];
const NO_TEXTS: readonly string[] = [];

function fit(map: maplibregl.Map, place: MapFocus['place'], animate: boolean): void {
  if (place.length === 2) {
    map.easeTo({ center: [place[0], place[1]], zoom: Math.max(map.getZoom(), 16), animate });
    return;
  }
  map.fitBounds([place[0], place[1], place[2], place[3]], { padding: 48, maxZoom: 17, animate, duration: 500 });
}

const FIRST_WAIT_MILLISECONDS = 700;

/**
 * The library draws the whole map once more for each tile that comes. Without a graphics card a frame takes half a second in
 * which no tile is read, so until all tiles of the first picture are there, one frame in a while must do.
 */
function holdFirstFrames(map: maplibregl.Map): void {
  const { painter } = map;
  const render = painter.render;
  let drawnAt = performance.now();
  painter.render = (...given) => {
    const complete = map.isStyleLoaded() === true && map.areTilesLoaded();
    if (!complete && performance.now() - drawnAt < FIRST_WAIT_MILLISECONDS) return;
    render.apply(painter, given);
    drawnAt = performance.now();
    if (complete) painter.render = render;
  };
  // Where tiles come slowly, what is there is shown without waiting for the next one.
  window.setTimeout(() => map.triggerRepaint(), FIRST_WAIT_MILLISECONDS);
}

/** The map of every screen: our own vector tiles and GeoJSON, an outside base map only where an administrator switched it on. */
export function MapView(props: MapViewProps) {
  const { t } = useI18n();
  const scheme = useScheme();
  const basemap = useQuery(statusQuery).data?.basemap === true;
  const holder = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<maplibregl.Map | null>(null);
  const [broken, setBroken] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  const lastPosition = useRef<string | undefined>(props.position);

  const points = useMemo<GeoJson | undefined>(
    () =>
      props.points === undefined
        ? undefined
        : {
            type: 'FeatureCollection',
            features: props.points.map((point) => ({
              type: 'Feature',
              geometry: { type: 'Point', coordinates: point.lonLat },
              properties: { severity: point.severity, key: point.key, chosen: point.key === props.chosenPoint },
            })),
          },
    [props.points, props.chosenPoint],
  );

  const quiet = (props.highlight?.length ?? 0) > 0 || (props.plan !== undefined && !(props.hidden ?? NONE).has('plan'));
  // Once there were marks they stay in the style: taking them out would have every tile read again.
  const wasMarked = useRef(false);
  const marked = wasMarked.current || (props.highlight?.length ?? 0) > 0 || props.selected !== undefined;
  wasMarked.current = marked;
  // `layers` is often a fresh array with the same content: its text decides whether the style is built anew.
  const layersKey = props.layers.map((layer) => `${layer.role}=${layer.layerVersionId}`).join('&');
  const hiddenKey = [...(props.hidden ?? NONE)].sort().join(',');
  const style = useMemo(
    () =>
      mapStyle({
        origin: window.location.origin,
        layers: latest.current.layers,
        hidden: latest.current.hidden ?? NONE,
        parcels: props.parcels,
        plan: props.plan,
        outlines: props.outlines,
        chosenOutline: props.chosenOutline,
        points,
        quiet,
        marked,
        dark: scheme === 'dark',
        basemap,
      }),
    // biome-ignore lint: the keys stand for the values.
    [
      layersKey,
      hiddenKey,
      props.parcels,
      props.plan,
      props.outlines,
      props.chosenOutline,
      points,
      quiet,
      marked,
      scheme,
      basemap,
    ],
  );
  const firstStyle = useRef(style);

  useEffect(() => {
    const container = holder.current;
    if (container === null) return;
    const { position, home } = latest.current;
    const start = positionOf(position);
    let made: maplibregl.Map;
    try {
      made = new maplibregl.Map({
        container,
        style: firstStyle.current,
        attributionControl: false,
        fadeDuration: 0,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        maxPitch: 0,
        maxZoom: 21,
        renderWorldCopies: false,
        ...(start !== undefined
          ? { center: [start.lon, start.lat] as [number, number], zoom: start.zoom }
          : home !== undefined
            ? {
                bounds: [home[0], home[1], home[2], home[3]] as [number, number, number, number],
                fitBoundsOptions: { padding: 24 },
              }
            : { center: [108, 34] as [number, number], zoom: 3.5 }),
        locale: {
          'Map.Title': latest.current.label,
          'NavigationControl.ZoomIn': t('map.zoomIn'),
          'NavigationControl.ZoomOut': t('map.zoomOut'),
        },
      });
    } catch {
      setBroken(true);
      return;
    }
    made.touchZoomRotate.disableRotation();
    made.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right');
    made.addControl(new maplibregl.ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-left');
    holdFirstFrames(made);
    // The first picture: all tiles there and drawn. The next frame begins once this one is on the screen.
    const drawn = (): void => {
      if (!made.areTilesLoaded() || !made.isStyleLoaded()) return;
      made.off('render', drawn);
      requestAnimationFrame(() => {
        container.dataset['mapPicture'] = 'drawn';
        performance.mark('map-picture');
      });
    };
    made.on('render', drawn);
    made.on('idle', () => {
      container.dataset['mapState'] = 'idle';
    });
    // Idle once does not mean idle for good: a layer may come later, a place may have no tiles yet.
    made.on('dataloading', () => {
      container.dataset['mapState'] = 'loading';
    });
    made.on('movestart', () => {
      container.dataset['mapState'] = 'moving';
    });
    made.on('moveend', () => {
      const centre = made.getCenter();
      const text = positionText({ lon: centre.lng, lat: centre.lat, zoom: made.getZoom() });
      if (text === lastPosition.current) return;
      lastPosition.current = text;
      latest.current.onPosition?.(text);
    });
    made.on('click', (event) => {
      const { layers, onPick, onPoint } = latest.current;
      const around: [maplibregl.PointLike, maplibregl.PointLike] = [
        [event.point.x - 4, event.point.y - 4],
        [event.point.x + 4, event.point.y + 4],
      ];
      if (onPoint !== undefined && made.getLayer('points') !== undefined) {
        const hit = made.queryRenderedFeatures(around, { layers: ['points'] })[0];
        if (hit !== undefined) {
          onPoint(String(hit.properties['key']));
          return;
        }
      }
      if (onPick === undefined) return;
      void picksAt(made, event, layers).then(({ picks, plotIds }) => onPick(picks, plotIds));
    });
    setMap(made);
    return () => {
      setMap(null);
      made.remove();
    };
  }, [t]);

  useEffect(() => {
    if (map === null || style === firstStyle.current) return;
    firstStyle.current = style;
    map.setStyle(style, { diff: true });
  }, [map, style]);

  const highlight = props.highlight ?? NO_NUMBERS;
  const highlightPlots = props.highlightPlots ?? NO_TEXTS;
  const hadPlots = useRef(false);
  useEffect(() => {
    // Setting or clearing marks has the map drawn once more; where there never were any, nothing is to be done.
    if (map === null || !(marked || highlightPlots.length > 0 || hadPlots.current)) return;
    hadPlots.current ||= highlightPlots.length > 0;
    const parcels = latest.current.layers.find((layer) => layer.role === 'parcels');
    const mark = (): void => {
      if (parcels !== undefined && map.getSource(sourceOf(parcels)) !== undefined) {
        const target = { source: sourceOf(parcels), sourceLayer: TILE_LAYER };
        map.removeFeatureState(target);
        for (const id of highlight) map.setFeatureState({ ...target, id }, { highlight: true });
        if (props.selected !== undefined) map.setFeatureState({ ...target, id: props.selected }, { selected: true });
      }
      if (map.getSource(OWN_PARCELS) !== undefined) {
        const source = OWN_PARCELS;
        map.removeFeatureState({ source });
        for (const id of highlight) map.setFeatureState({ source, id }, { highlight: true });
        if (props.selected !== undefined) map.setFeatureState({ source, id: props.selected }, { selected: true });
      }
      if (map.getSource('plan') !== undefined) {
        map.removeFeatureState({ source: 'plan' });
        for (const id of highlightPlots) map.setFeatureState({ source: 'plan', id }, { highlight: true });
      }
    };
    mark();
    // A style that is still loading has no sources yet; the marks are set again once it has.
    map.on('styledata', mark);
    return () => {
      map.off('styledata', mark);
    };
  }, [map, style, marked, highlight, props.selected, highlightPlots]);

  const focusKey = props.focus?.key;
  const lastFocus = useRef<string | undefined>(props.position === undefined ? undefined : focusKey);
  useEffect(() => {
    const focus = latest.current.focus;
    if (map === null || focus === undefined || focusKey === lastFocus.current) return;
    lastFocus.current = focusKey;
    fit(map, focus.place, !matchMedia('(prefers-reduced-motion: reduce)').matches);
  }, [map, focusKey]);

  const homeKey = props.home?.join(',');
  const lastHome = useRef(homeKey);
  useEffect(() => {
    if (map === null || homeKey === lastHome.current) return;
    lastHome.current = homeKey;
    const { home, position } = latest.current;
    if (home !== undefined && position === undefined) fit(map, home, false);
  }, [map, homeKey]);

  useEffect(() => {
    const wanted = positionOf(props.position);
    if (map === null || wanted === undefined || props.position === lastPosition.current) return;
    // The address changed under the map: the back button, or a link within the page.
    lastPosition.current = props.position;
    map.jumpTo({ center: [wanted.lon, wanted.lat], zoom: wanted.zoom });
  }, [map, props.position]);

  if (broken) {
    return (
      <div className="map-broken" role="note">
        <p>{t('map.broken')}</p>
      </div>
    );
  }
  return (
    <div className="map-frame">
      <div ref={holder} className="map-canvas" role="region" aria-label={props.label} data-map-state="starting" />
      {/* Shown by the map's own state, after a moment: an empty map says that it is still reading. */}
      <p className="map-reading" aria-hidden="true">
        {t('state.loading')}…
      </p>
      {props.home === undefined ? null : (
        <button
          type="button"
          className="map-home"
          title={t('map.fit')}
          aria-label={t('map.fit')}
          onClick={() => {
            const home = latest.current.home;
            if (map !== null && home !== undefined) fit(map, home, true);
          }}
        >
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4" fill="none" stroke="currentColor" strokeWidth="1.8" />
          </svg>
        </button>
      )}
    </div>
  );
}
