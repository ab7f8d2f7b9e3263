#pragma once

#include <string_view>

#include "sync/render/document.h"
#include "sync/render/html.h"

namespace belfry::render {

/// What a card's texts are written in.
enum class CardMarkup {
  markdown,          ///< adaptive cards: tags are text
  markdown_or_html,  ///< the older cards
};

/// Reads the text of a card: the part of Markdown that Teams shows there (bold, italic, links,
/// lists), mentions as `<at>name</at>`, functions such as `{{DATE(…)}}`, or HTML where the card may
/// have it and does. Anything else stands for itself.
/// Source: Adaptive Cards, "Text features"; Teams, "Format cards".
void read_card_text(std::string_view text, CardMarkup markup, const BodyContext& context,
                    Document& document, Blocks& blocks, const Style& style = {});

}  // namespace belfry::render
