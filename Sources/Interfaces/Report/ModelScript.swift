/// The page's own script: builds the view from the data beside it, and turns it.
///
/// It writes text with `textContent` alone and fetches nothing. `window.THREE` comes from `ThreeLibrary`.
enum ModelScript {
    static let text = #"""
        (function () {
          'use strict';
          var box = document.getElementById('model'), data = document.getElementById('model-data');
          if (!box || !data || !window.THREE || !THREE.OrbitControls) return;
          var model = JSON.parse(data.textContent), stage = box.querySelector('.stage'), remark = box.querySelector('.remark');
          var renderer;
          try {
            var probe = document.createElement('canvas');
            if (!(probe.getContext('webgl') || probe.getContext('webgl2'))) throw new Error('no WebGL');
            renderer = new THREE.WebGLRenderer({ antialias: true, alpha: true });
          } catch (problem) {
            remark.textContent = 'This browser shows no WebGL, so the view cannot be turned; the picture stands for it.';
            return;
          }
          var V = function (a) { return new THREE.Vector3(a[0], a[1], a[2]); };
          function bytes(text) {
            var raw = atob(text), out = new Uint8Array(raw.length);
            for (var i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
            return out.buffer;
          }
          var centre = V(model.centre_mm), reach = model.reach_mm;
          var scene = new THREE.Scene(), camera = new THREE.OrthographicCamera(-1, 1, 1, -1, -20 * reach, 40 * reach);
          camera.up.set(0, 0, 1);
          var lamp = new THREE.DirectionalLight(0xffffff, 0.72);
          scene.add(new THREE.AmbientLight(0xffffff, 0.38), lamp, lamp.target);
          lamp.target.position.copy(centre);
          stage.appendChild(renderer.domElement);
          var canvas = renderer.domElement;
          canvas.tabIndex = 0;
          canvas.setAttribute('role', 'img');
          canvas.setAttribute('aria-label', 'Model of the plan. Arrow keys turn it, plus and minus zoom, Home resets.');
          var bones = [], groups = {}, tags = [];

          function surface(s) {
            var q = new Uint16Array(bytes(s.positions)), place = new Float32Array(q.length);
            for (var i = 0; i < q.length; i++) place[i] = s.low_mm[i % 3] + q[i] * s.step_mm[i % 3] - model.centre_mm[i % 3];
            var index = s.wide ? new Uint32Array(bytes(s.triangles)) : new Uint16Array(bytes(s.triangles));
            var g = new THREE.BufferGeometry();
            g.setAttribute('position', new THREE.BufferAttribute(place, 3));
            g.setIndex(new THREE.BufferAttribute(index, 1));
            g.computeVertexNormals();
            var bone = s.group === 'bone';
            var look = new THREE.MeshPhongMaterial({ color: s.colour, shininess: 18, transparent: bone, opacity: bone ? 0.5 : 1 });
            var mesh = new THREE.Mesh(g, look);
            mesh.position.copy(centre);
            mesh.renderOrder = bone ? 2 : 1;
            if (bone) bones.push(look);
            scene.add(mesh);
            return mesh;
          }

          function rod(item) {
            var group = new THREE.Group(), a = V(item.entry_mm), b = V(item.target_mm), r = Math.max(item.diameter_mm / 2, 0.6);
            var way = b.clone().sub(a), size = way.length(), look = new THREE.MeshPhongMaterial({ color: item.colour, shininess: 60 });
            var taper = Math.min(2 * r, size * 0.2);
            function part(geometry, along) {
              var mesh = new THREE.Mesh(geometry, look);
              mesh.position.y = along;
              group.add(mesh);
            }
            part(new THREE.CylinderBufferGeometry(r, r, size - taper, 24), (size - taper) / 2);
            part(new THREE.CylinderBufferGeometry(r * 0.25, r, taper, 24), size - taper / 2);
            part(new THREE.SphereBufferGeometry(item.kind === 'pedicle-screw' ? item.diameter_mm * 0.75 : 1.6, 24, 16), 0);
            if (item.kind === 'pedicle-screw')
              for (var t = 3; t < size - taper; t += 3) {
                var ring = new THREE.Mesh(new THREE.TorusBufferGeometry(r, 0.28, 8, 24), look);
                ring.position.y = t;
                ring.rotation.x = Math.PI / 2;
                group.add(ring);
              }
            group.quaternion.setFromUnitVectors(new THREE.Vector3(0, 1, 0), way.normalize());
            group.position.copy(a);
            group.renderOrder = 1;
            scene.add(group);
            return group;
          }

          function ellipsoid(item) {
            var a = item.tip_ellipsoid_95_mm, x = item.tip_ellipsoid_axes;
            if (!a || !x) return null;
            var look = new THREE.MeshPhongMaterial({ color: '#cc79a7', transparent: true, opacity: 0.55 });
            var mesh = new THREE.Mesh(new THREE.SphereBufferGeometry(1, 24, 16), look), t = item.target_mm;
            mesh.matrixAutoUpdate = false;
            mesh.matrix.set(
              x[0] * a[0], x[3] * a[1], x[6] * a[2], t[0], x[1] * a[0], x[4] * a[1], x[7] * a[2], t[1],
              x[2] * a[0], x[5] * a[1], x[8] * a[2], t[2], 0, 0, 0, 1);
            mesh.renderOrder = 3;
            mesh.visible = false;
            scene.add(mesh);
            return mesh;
          }

          function tag(text, at, kind) {
            var e = document.createElement('span');
            e.className = 'tag ' + kind;
            e.textContent = text;
            e.setAttribute('aria-hidden', 'true');
            stage.appendChild(e);
            tags.push({ element: e, at: V(at), shown: kind === 'level', mine: null });
            return tags[tags.length - 1];
          }

          function choice(where, text, shown, change) {
            var label = document.createElement('label'), input = document.createElement('input');
            input.type = 'checkbox';
            input.checked = shown;
            input.addEventListener('change', function () { change(input.checked); draw(); });
            label.appendChild(input);
            label.appendChild(document.createTextNode(' ' + text));
            where.appendChild(label);
            return input;
          }
          function set(title) {
            var field = document.createElement('fieldset'), legend = document.createElement('legend');
            legend.textContent = title;
            field.appendChild(legend);
            box.querySelector('.choices').appendChild(field);
            return field;
          }

          var parts = set('Structures');
          model.surfaces.forEach(function (s) {
            var mesh = surface(s);
            choice(parts, s.name, true, function (on) { mesh.visible = on; });
          });
          var lines = set('Items');
          var halos = [];
          model.items.forEach(function (item) {
            var group = rod(item), halo = ellipsoid(item);
            var name = tag(item.id + (item.grade ? ' · ' + item.grade : ''), item.entry_mm, 'item');
            if (halo) halos.push({ halo: halo, on: function () { return group.visible; } });
            name.mine = group;
            choice(lines, item.id + (item.grade ? ', grade ' + item.grade : ''), true, function (on) { group.visible = on; });
          });
          model.names.forEach(function (n) { tag(n.text, n.at_mm, 'level'); });
          var words = set('Marks'), wantHalos = false;
          choice(words, 'names of levels', true, function (on) {
            tags.forEach(function (t) { if (!t.mine) t.shown = on; });
          });
          choice(words, 'names of items', false, function (on) { tags.forEach(function (t) { if (t.mine) t.shown = on; }); });
          if (halos.length) choice(words, '95 % of the tip, as planned', false, function (on) { wantHalos = on; });

          var controls = new THREE.OrbitControls(camera, canvas);
          controls.enableKeys = false;
          controls.enableZoom = false;
          controls.screenSpacePanning = true;
          controls.minZoom = 0.2;
          controls.maxZoom = 20;
          controls.target.copy(centre);
          // The wheel scrolls the page until the view has been chosen.
          canvas.addEventListener('focus', function () { controls.enableZoom = true; });
          canvas.addEventListener('blur', function () { controls.enableZoom = false; });
          canvas.addEventListener('mousedown', function () { canvas.focus(); });

          function look(direction) {
            controls.target.copy(centre);
            camera.zoom = 1;
            camera.position.copy(V(direction).normalize().multiplyScalar(3 * reach).add(centre));
            camera.updateProjectionMatrix();
            controls.update();
            draw();
          }
          function turn(azimuth, height) {
            var way = camera.position.clone().sub(controls.target), r = way.length();
            var polar = Math.min(Math.max(Math.acos(way.z / r) + height, 0.001), Math.PI - 0.001);
            var around = Math.atan2(way.y, way.x) + azimuth;
            way.set(r * Math.sin(polar) * Math.cos(around), r * Math.sin(polar) * Math.sin(around), r * Math.cos(polar));
            camera.position.copy(controls.target).add(way);
            controls.update();
            draw();
          }
          function zoom(factor) {
            camera.zoom = Math.min(Math.max(camera.zoom * factor, 0.2), 20);
            camera.updateProjectionMatrix();
            draw();
          }
          var first = [0.45, 0.85, 0.3];
          canvas.addEventListener('keydown', function (e) {
            var step = (e.shiftKey ? 15 : 5) * Math.PI / 180;
            var act = {
              ArrowLeft: function () { turn(-step, 0); }, ArrowRight: function () { turn(step, 0); },
              ArrowUp: function () { turn(0, -step); }, ArrowDown: function () { turn(0, step); },
              '+': function () { zoom(1.15); }, '=': function () { zoom(1.15); }, '-': function () { zoom(1 / 1.15); },
              Home: function () { look(first); }
            }[e.key];
            if (act) { act(); e.preventDefault(); }
          });
          var ways = {
            first: first, back: [0, 1, 0], front: [0, -1, 0], left: [1, 0, 0], right: [-1, 0, 0],
            head: [0, 0.0005, 1], feet: [0, -0.0005, -1]
          };
          Array.prototype.forEach.call(box.querySelectorAll('button[data-way]'), function (b) {
            b.addEventListener('click', function () { look(ways[b.getAttribute('data-way')]); });
          });
          box.querySelector('input[type=range]').addEventListener('input', function (e) {
            var share = Number(e.target.value) / 100;
            bones.forEach(function (m) {
              m.opacity = share;
              m.transparent = share < 1;
              m.visible = share > 0;
              m.needsUpdate = true;
            });
            draw();
          });

          function size() {
            var w = stage.clientWidth, h = Math.round(Math.min(w * 0.62, 640)), m = Math.min(w, h);
            renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
            renderer.setSize(w, h);
            camera.left = -reach * w / m;
            camera.right = reach * w / m;
            camera.top = reach * h / m;
            camera.bottom = -reach * h / m;
            camera.updateProjectionMatrix();
            draw();
          }
          var waiting = false;
          function draw() {
            if (waiting) return;
            waiting = true;
            window.requestAnimationFrame(function () {
              waiting = false;
              lamp.position.copy(camera.position);
              halos.forEach(function (h) { h.halo.visible = wantHalos && h.on(); });
              renderer.render(scene, camera);
              var w = canvas.clientWidth, h = canvas.clientHeight;
              tags.forEach(function (t) {
                var p = t.at.clone().project(camera), on = t.shown && (!t.mine || t.mine.visible);
                on = on && Math.abs(p.x) < 1 && Math.abs(p.y) < 1;
                t.element.style.display = on ? 'block' : 'none';
                t.element.style.left = Math.round((p.x + 1) / 2 * w) + 'px';
                t.element.style.top = Math.round((1 - p.y) / 2 * h) + 'px';
              });
              var e = camera.position.clone().sub(controls.target).normalize();
              canvas.setAttribute('data-eye', [e.x, e.y, e.z].map(function (x) { return x.toFixed(4); }).join(' '));
            });
          }
          controls.addEventListener('change', draw);
          window.addEventListener('resize', size);
          box.classList.add('live');
          size();
          look(first);
        })();
        """#
}
