//! SVG and MathML in a page: their elements, what ends them, and the names that are written with capitals.

use super::tags::{self, Flags, HTML_INTEGRATION, MATH_TEXT};
use super::{Builder, Step};
use crate::name::{Name, Namespace, names as n};
use crate::scan::is_space;
use crate::tokenizer::{Run, Tag};

impl Builder<'_> {
    /// Name and properties of the current node, or of the context in which a fragment begins.
    #[inline]
    fn adjusted_current(&self) -> (Name, Flags) {
        match (&self.context, self.stack.entries.as_slice()) {
            (_, []) => (Name::NOTHING, 0),
            (Some(context), [_]) => (context.name, tags::properties(context.name).flags),
            (_, [.., entry]) => (entry.name, entry.flags),
        }
    }

    /// Whether the next token is in SVG or MathML.
    #[inline]
    pub(super) fn is_foreign(&self) -> bool {
        self.adjusted_current().0.namespace() != Namespace::Html
    }

    /// Whether a start tag begins HTML where HTML may stand in something foreign.
    pub(super) fn is_html_start(&self, name: Name) -> bool {
        let (current, flags) = self.adjusted_current();
        flags & HTML_INTEGRATION != 0
            || (flags & MATH_TEXT != 0 && !matches!(name, n::MGLYPH | n::MALIGNMARK))
            || (current == n::ANNOTATION_XML.within(Namespace::MathMl) && name == n::SVG)
    }

    pub(super) fn is_html_text(&self) -> bool {
        self.adjusted_current().1 & (HTML_INTEGRATION | MATH_TEXT) != 0
    }

    pub(super) fn foreign_text(&mut self, run: Run) {
        if self.allows_frameset {
            let mut bytes = self.bytes(run.span).iter();
            self.allows_frameset = bytes.all(|&byte| is_space(byte) || byte == 0);
        }
        let run = if run.has_nul { self.with_replaced_nul(run) } else { run };
        self.insert_text(run);
    }

    fn with_replaced_nul(&mut self, run: Run) -> Run {
        let text = self.tokenizer.texts.get(run.span).replace('\0', "\u{fffd}");
        let top = self.tokenizer.texts.top();
        self.tokenizer.texts.side.push_str(&text);
        Run { span: self.tokenizer.texts.since(top), has_nul: false, ..run }
    }

    pub(super) fn foreign_start(&mut self, tag: Tag) {
        if self.ends_foreign(tag) {
            self.leave_foreign();
            while self.start_in(self.mode, tag) == Step::Again {}
            return;
        }
        let namespace = self.adjusted_current().0.namespace();
        let name = if namespace == Namespace::Svg { svg_name(tag.name) } else { tag.name };
        self.adjust_attributes(tag, namespace);
        self.insert_foreign(name.within(namespace), tag);
    }

    pub(super) fn foreign_end(&mut self, tag: Tag) {
        if matches!(tag.name, n::BR | n::P) {
            self.leave_foreign();
            return self.html_end(tag);
        }
        let svg = svg_name(tag.name);
        if !self.stack.is_open(tag.name) && !self.stack.is_open(svg) {
            return self.html_end(tag);
        }
        for place in (1..self.stack.len()).rev() {
            let name = self.stack.entries[place].name;
            if name.namespace() == Namespace::Html {
                return self.html_end(tag);
            }
            if name.local() == tag.name || name.local() == svg {
                return self.pop_to(place);
            }
        }
        if self.stack.len() > 1 {
            self.html_end(tag);
        }
    }

    /// Closes what is foreign, up to where HTML may stand.
    fn leave_foreign(&mut self) {
        while self.stack.last().is_some_and(|entry| {
            entry.name.namespace() != Namespace::Html && entry.flags & (HTML_INTEGRATION | MATH_TEXT) == 0
        }) {
            self.pop();
        }
    }

    /// Whether a start tag is one of HTML that nobody means to stand in something foreign.
    fn ends_foreign(&self, tag: Tag) -> bool {
        match tag.name {
            n::B
            | n::BIG
            | n::BLOCKQUOTE
            | n::BODY
            | n::BR
            | n::CENTER
            | n::CODE
            | n::DD
            | n::DIV
            | n::DL
            | n::DT
            | n::EM
            | n::EMBED
            | n::H1
            | n::H2
            | n::H3
            | n::H4
            | n::H5
            | n::H6
            | n::HEAD
            | n::HR
            | n::I
            | n::IMG
            | n::LI
            | n::LISTING
            | n::MENU
            | n::META
            | n::NOBR
            | n::OL
            | n::P
            | n::PRE
            | n::RUBY
            | n::S
            | n::SMALL
            | n::SPAN
            | n::STRONG
            | n::STRIKE
            | n::SUB
            | n::SUP
            | n::TABLE
            | n::TT
            | n::U
            | n::UL
            | n::VAR => true,
            n::FONT => self.tokenizer.attributes[tag.attributes as usize..]
                .iter()
                .any(|attribute| matches!(attribute.name(), n::COLOR | n::FACE | n::SIZE)),
            _ => false,
        }
    }

    /// Gives the attributes of the current tag the names that they have in a namespace.
    pub(super) fn adjust_attributes(&mut self, tag: Tag, namespace: Namespace) {
        for attribute in &mut self.tokenizer.attributes[tag.attributes as usize..] {
            let name = match namespace {
                Namespace::Svg => svg_attribute(attribute.name()),
                _ if attribute.name() == n::DEFINITIONURL => n::SVG_DEFINITION_URL,
                _ => attribute.name(),
            };
            *attribute = attribute.renamed(foreign_attribute(name));
        }
    }
}

/// Attributes that have a namespace in something foreign.
fn foreign_attribute(name: Name) -> Name {
    match name {
        n::XLINK_ACTUATE => n::ACTUATE.within(Namespace::XLink),
        n::XLINK_ARCROLE => n::ARCROLE.within(Namespace::XLink),
        n::XLINK_HREF => n::HREF.within(Namespace::XLink),
        n::XLINK_ROLE => n::ROLE.within(Namespace::XLink),
        n::XLINK_SHOW => n::SHOW.within(Namespace::XLink),
        n::XLINK_TITLE => n::TITLE.within(Namespace::XLink),
        n::XLINK_TYPE => n::TYPE.within(Namespace::XLink),
        n::XML_LANG => n::LANG.within(Namespace::Xml),
        n::XML_SPACE => n::SPACE.within(Namespace::Xml),
        n::XMLNS => n::XMLNS.within(Namespace::Xmlns),
        n::XMLNS_XLINK => n::XLINK.within(Namespace::Xmlns),
        _ => name,
    }
}

/// The name that an element has in SVG.
fn svg_name(name: Name) -> Name {
    match name {
        n::ALTGLYPH => n::SVG_ALT_GLYPH,
        n::ALTGLYPHDEF => n::SVG_ALT_GLYPH_DEF,
        n::ALTGLYPHITEM => n::SVG_ALT_GLYPH_ITEM,
        n::ANIMATECOLOR => n::SVG_ANIMATE_COLOR,
        n::ANIMATEMOTION => n::SVG_ANIMATE_MOTION,
        n::ANIMATETRANSFORM => n::SVG_ANIMATE_TRANSFORM,
        n::CLIPPATH => n::SVG_CLIP_PATH,
        n::FEBLEND => n::SVG_FE_BLEND,
        n::FECOLORMATRIX => n::SVG_FE_COLOR_MATRIX,
        n::FECOMPONENTTRANSFER => n::SVG_FE_COMPONENT_TRANSFER,
        n::FECOMPOSITE => n::SVG_FE_COMPOSITE,
        n::FECONVOLVEMATRIX => n::SVG_FE_CONVOLVE_MATRIX,
        n::FEDIFFUSELIGHTING => n::SVG_FE_DIFFUSE_LIGHTING,
        n::FEDISPLACEMENTMAP => n::SVG_FE_DISPLACEMENT_MAP,
        n::FEDISTANTLIGHT => n::SVG_FE_DISTANT_LIGHT,
        n::FEDROPSHADOW => n::SVG_FE_DROP_SHADOW,
        n::FEFLOOD => n::SVG_FE_FLOOD,
        n::FEFUNCA => n::SVG_FE_FUNC_A,
        n::FEFUNCB => n::SVG_FE_FUNC_B,
        n::FEFUNCG => n::SVG_FE_FUNC_G,
        n::FEFUNCR => n::SVG_FE_FUNC_R,
        n::FEGAUSSIANBLUR => n::SVG_FE_GAUSSIAN_BLUR,
        n::FEIMAGE => n::SVG_FE_IMAGE,
        n::FEMERGE => n::SVG_FE_MERGE,
        n::FEMERGENODE => n::SVG_FE_MERGE_NODE,
        n::FEMORPHOLOGY => n::SVG_FE_MORPHOLOGY,
        n::FEOFFSET => n::SVG_FE_OFFSET,
        n::FEPOINTLIGHT => n::SVG_FE_POINT_LIGHT,
        n::FESPECULARLIGHTING => n::SVG_FE_SPECULAR_LIGHTING,
        n::FESPOTLIGHT => n::SVG_FE_SPOT_LIGHT,
        n::FETILE => n::SVG_FE_TILE,
        n::FETURBULENCE => n::SVG_FE_TURBULENCE,
        n::FOREIGNOBJECT => n::SVG_FOREIGN_OBJECT,
        n::GLYPHREF => n::SVG_GLYPH_REF,
        n::LINEARGRADIENT => n::SVG_LINEAR_GRADIENT,
        n::RADIALGRADIENT => n::SVG_RADIAL_GRADIENT,
        n::TEXTPATH => n::SVG_TEXT_PATH,
        _ => name,
    }
}

/// The name that an attribute has in SVG.
fn svg_attribute(name: Name) -> Name {
    match name {
        n::ATTRIBUTENAME => n::SVG_ATTRIBUTE_NAME,
        n::ATTRIBUTETYPE => n::SVG_ATTRIBUTE_TYPE,
        n::BASEFREQUENCY => n::SVG_BASE_FREQUENCY,
        n::BASEPROFILE => n::SVG_BASE_PROFILE,
        n::CALCMODE => n::SVG_CALC_MODE,
        n::CLIPPATHUNITS => n::SVG_CLIP_PATH_UNITS,
        n::DIFFUSECONSTANT => n::SVG_DIFFUSE_CONSTANT,
        n::EDGEMODE => n::SVG_EDGE_MODE,
        n::FILTERUNITS => n::SVG_FILTER_UNITS,
        n::GLYPHREF => n::SVG_GLYPH_REF,
        n::GRADIENTTRANSFORM => n::SVG_GRADIENT_TRANSFORM,
        n::GRADIENTUNITS => n::SVG_GRADIENT_UNITS,
        n::KERNELMATRIX => n::SVG_KERNEL_MATRIX,
        n::KERNELUNITLENGTH => n::SVG_KERNEL_UNIT_LENGTH,
        n::KEYPOINTS => n::SVG_KEY_POINTS,
        n::KEYSPLINES => n::SVG_KEY_SPLINES,
        n::KEYTIMES => n::SVG_KEY_TIMES,
        n::LENGTHADJUST => n::SVG_LENGTH_ADJUST,
        n::LIMITINGCONEANGLE => n::SVG_LIMITING_CONE_ANGLE,
        n::MARKERHEIGHT => n::SVG_MARKER_HEIGHT,
        n::MARKERUNITS => n::SVG_MARKER_UNITS,
        n::MARKERWIDTH => n::SVG_MARKER_WIDTH,
        n::MASKCONTENTUNITS => n::SVG_MASK_CONTENT_UNITS,
        n::MASKUNITS => n::SVG_MASK_UNITS,
        n::NUMOCTAVES => n::SVG_NUM_OCTAVES,
        n::PATHLENGTH => n::SVG_PATH_LENGTH,
        n::PATTERNCONTENTUNITS => n::SVG_PATTERN_CONTENT_UNITS,
        n::PATTERNTRANSFORM => n::SVG_PATTERN_TRANSFORM,
        n::PATTERNUNITS => n::SVG_PATTERN_UNITS,
        n::POINTSATX => n::SVG_POINTS_AT_X,
        n::POINTSATY => n::SVG_POINTS_AT_Y,
        n::POINTSATZ => n::SVG_POINTS_AT_Z,
        n::PRESERVEALPHA => n::SVG_PRESERVE_ALPHA,
        n::PRESERVEASPECTRATIO => n::SVG_PRESERVE_ASPECT_RATIO,
        n::PRIMITIVEUNITS => n::SVG_PRIMITIVE_UNITS,
        n::REFX => n::SVG_REF_X,
        n::REFY => n::SVG_REF_Y,
        n::REPEATCOUNT => n::SVG_REPEAT_COUNT,
        n::REPEATDUR => n::SVG_REPEAT_DUR,
        n::REQUIREDEXTENSIONS => n::SVG_REQUIRED_EXTENSIONS,
        n::REQUIREDFEATURES => n::SVG_REQUIRED_FEATURES,
        n::SPECULARCONSTANT => n::SVG_SPECULAR_CONSTANT,
        n::SPECULAREXPONENT => n::SVG_SPECULAR_EXPONENT,
        n::SPREADMETHOD => n::SVG_SPREAD_METHOD,
        n::STARTOFFSET => n::SVG_START_OFFSET,
        n::STDDEVIATION => n::SVG_STD_DEVIATION,
        n::STITCHTILES => n::SVG_STITCH_TILES,
        n::SURFACESCALE => n::SVG_SURFACE_SCALE,
        n::SYSTEMLANGUAGE => n::SVG_SYSTEM_LANGUAGE,
        n::TABLEVALUES => n::SVG_TABLE_VALUES,
        n::TARGETX => n::SVG_TARGET_X,
        n::TARGETY => n::SVG_TARGET_Y,
        n::TEXTLENGTH => n::SVG_TEXT_LENGTH,
        n::VIEWBOX => n::SVG_VIEW_BOX,
        n::VIEWTARGET => n::SVG_VIEW_TARGET,
        n::XCHANNELSELECTOR => n::SVG_X_CHANNEL_SELECTOR,
        n::YCHANNELSELECTOR => n::SVG_Y_CHANNEL_SELECTOR,
        n::ZOOMANDPAN => n::SVG_ZOOM_AND_PAN,
        _ => name,
    }
}
